import * as z from 'zod';
import { findFilenameFault, isFilename } from '../input/filename.ts';
import { Input, isBlank } from '../input/input.ts';
import { limits } from '../limits.ts';
import { alphaModes, generationTypes, maxResolutions } from '../vocabulary.ts';

const characters = (value: string) => [...value].length;

const prompt = z
  .string()
  .refine((value) => characters(value) <= limits.promptLength)
  .optional()
  .meta({ maxLength: limits.promptLength, description: 'What the scene should be, in words' });

const { min: keyMin, max: keyMax } = limits.idempotencyKeyLength;
const idempotencyKey = z
  .string()
  .refine((value) => characters(value) >= keyMin && characters(value) <= keyMax)
  .optional()
  .meta({ minLength: keyMin, maxLength: keyMax, description: 'Also as the header `idempotency-key`' });

const uri = 'a beeble:// or https:// URI, or a base64 data: URI';

/** The body of a start, in the contract's order of faults. */
export const startInput = Input.object()
  .field(
    'generation_type',
    z.enum(generationTypes).describe('What to make, and what the source is'),
    'INVALID_GENERATION_TYPE',
    '"image" or "video"',
  )
  .field(
    'alpha_mode',
    z.enum(alphaModes).describe('Find the subject, take the whole frame as the subject, or use `alpha_uri`'),
    'INVALID_ALPHA_MODE',
    '"auto", "fill" or "custom"',
  )
  .field(
    'max_resolution',
    z
      .literal(maxResolutions)
      .default(1080)
      .describe('The output fits 1280×720 or 1920×1080, turned for upright footage, and is never enlarged'),
    'INVALID_MAX_RESOLUTION',
    'the number 720 or 1080',
  )
  .rule('MISSING_STYLE_INPUT', 'prompt', (raw) =>
    isBlank(raw.prompt) && isBlank(raw.reference_image_uri)
      ? 'prompt or reference_image_uri must say what the scene should be; received neither.'
      : undefined,
  )
  .rule('MISSING_SOURCE', 'source_uri', (raw) =>
    isBlank(raw.source_uri)
      ? `source_uri is required: ${uri}. It was ${typeof raw.source_uri === 'string' ? 'blank' : 'missing'}.`
      : undefined,
  )
  .rule('MISSING_ALPHA', 'alpha_uri', (raw, accepted) =>
    accepted.alpha_mode === 'custom' && isBlank(raw.alpha_uri)
      ? `alpha_uri is required when alpha_mode is "custom": ${uri}. It was ${typeof raw.alpha_uri === 'string' ? 'blank' : 'missing'}.`
      : undefined,
  )
  .field('prompt', prompt, 'INVALID_REQUEST', `text of at most ${limits.promptLength} characters`, {
    blankIsAbsent: true,
  })
  .field(
    'seed',
    z.int().min(0).max(limits.seedMax).optional().describe('Drawn when absent; always echoed'),
    'INVALID_REQUEST',
    `a whole number from 0 to ${limits.seedMax}`,
  )
  .field('idempotency_key', idempotencyKey, 'INVALID_REQUEST', `text of ${keyMin} to ${keyMax} characters`)
  .field(
    'max_cost',
    z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Credits: the job is refused rather than charged more'),
    'INVALID_REQUEST',
    'a whole number of credits, 0 or more',
  )
  .field(
    'source_uri',
    z.string().describe('The footage: `beeble://uploads/…`, `https://…` or `data:…;base64,…`'),
    'INVALID_URI',
    uri,
  )
  .field(
    'reference_image_uri',
    z.string().optional().describe('An image that shows the scene'),
    'INVALID_URI',
    uri,
    { blankIsAbsent: true },
  )
  .field(
    'alpha_uri',
    z
      .string()
      .optional()
      .describe('The matte: grayscale, white is the subject; an image for an image, a video for a video'),
    'INVALID_URI',
    uri,
    {
      when: (accepted) => accepted.alpha_mode === 'custom',
    },
  )
  .field(
    'callback_url',
    z.string().optional().describe('HTTPS; told when the job ends'),
    'INVALID_CALLBACK_URL',
    'an HTTPS URL',
  );

/** The filename of an upload to come. */
export const uploadInput = Input.object().field(
  'filename',
  z
    .string()
    .refine(isFilename)
    .meta({ minLength: limits.filenameLength.min, maxLength: limits.filenameLength.max }),
  'INVALID_FILENAME',
  findFilenameFault,
);

/** Which job is meant. An id that can't be one is like an id that isn't there. */
export const jobInput = Input.object().field(
  'id',
  z.string(),
  'JOB_NOT_FOUND',
  'the id of a job of this account, swx_…',
);

/** Which job is meant, and how long the answer may wait for its end. */
export const getInput = jobInput.field(
  'wait',
  z
    .int()
    .min(limits.waitSeconds.min)
    .max(limits.waitSeconds.max)
    .optional()
    .describe('Seconds to wait for the job to end, if it has not; over REST the header `prefer: wait=N`'),
  'INVALID_REQUEST',
  `a whole number of seconds from ${limits.waitSeconds.min} to ${limits.waitSeconds.max}`,
);

/** Which job is meant, and which of its events was seen last. The name is the one that tRPC's client sends. */
export const watchInput = jobInput.field(
  'lastEventId',
  z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe(
      'The id of the last event seen: the stream goes on after it; also as the header `last-event-id`',
    ),
  'INVALID_REQUEST',
  'the id of an event of this stream',
  { blankIsAbsent: true },
);

/** Which page of the jobs is meant. */
export const listInput = Input.object()
  .field(
    'limit',
    z.int().min(limits.pageSize.min).max(limits.pageSize.max).default(limits.pageSize.default),
    'INVALID_REQUEST',
    `a whole number from ${limits.pageSize.min} to ${limits.pageSize.max}`,
  )
  .field('page_token', z.string().optional(), 'INVALID_REQUEST', 'the next_page_token of an earlier page');
