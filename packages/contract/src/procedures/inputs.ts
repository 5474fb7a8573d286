import * as z from 'zod';
import { findFilenameProblem, isFilename } from '../input/filename.ts';
import { Input, isBlank } from '../input/input.ts';
import { limits } from '../limits.ts';
import { instantWords, pageInput, sentInstant } from '../self-service/fields.ts';
import { alphaModes, generationTypes, jobStatuses, maxResolutions, takesMatte } from '../vocabulary.ts';

const countCharacters = (value: string) => [...value].length;

const prompt = z
  .string()
  .refine((value) => countCharacters(value) <= limits.promptLength)
  .optional()
  .meta({ maxLength: limits.promptLength, description: 'The scene, described in words' });

const { min: keyMin, max: keyMax } = limits.idempotencyKeyLength;
const idempotencyKey = z
  .string()
  .refine((value) => countCharacters(value) >= keyMin && countCharacters(value) <= keyMax)
  .optional()
  .meta({
    minLength: keyMin,
    maxLength: keyMax,
    description: 'Can also be sent as the header `idempotency-key`',
  });

const uri = 'a beeble:// or https:// URI, or a base64 data: URI';

/** The body of a start. The order of the checks is part of the API: it decides which error comes first. */
export const startInput = Input.object()
  .field(
    'generation_type',
    z.enum(generationTypes).describe('The type of the source and of the output'),
    'INVALID_GENERATION_TYPE',
    '"image" or "video"',
  )
  .field(
    'alpha_mode',
    z
      .enum(alphaModes)
      .describe(
        'Detect the subject (`auto`), use the whole frame (`fill`), use the matte in `alpha_uri` (`custom`), or carry the matte of one frame through the shot (`select`)',
      ),
    'INVALID_ALPHA_MODE',
    '"auto", "fill", "custom" (or "select")',
  )
  .field(
    'max_resolution',
    z
      .literal(maxResolutions)
      .default(1080)
      .describe(
        'The output fits 1280×720 or 1920×1080 (rotated for portrait sources) and is never larger than the source',
      ),
    'INVALID_MAX_RESOLUTION',
    'the number 720 or 1080',
  )
  .rule('MISSING_STYLE_INPUT', 'prompt', (raw) =>
    isBlank(raw.prompt) && isBlank(raw.reference_image_uri)
      ? 'prompt or reference_image_uri must describe the scene; received neither.'
      : undefined,
  )
  .rule('MISSING_SOURCE', 'source_uri', (raw) =>
    isBlank(raw.source_uri)
      ? `source_uri must be ${uri}; received ${typeof raw.source_uri === 'string' ? 'a blank string' : 'nothing'}.`
      : undefined,
  )
  .rule('MISSING_ALPHA', 'alpha_uri', (raw, parsed) =>
    takesMatte(parsed.alpha_mode) && isBlank(raw.alpha_uri)
      ? `alpha_uri must be ${uri} if alpha_mode is "${parsed.alpha_mode}"; received ${typeof raw.alpha_uri === 'string' ? 'a blank string' : 'nothing'}.`
      : undefined,
  )
  .field('prompt', prompt, 'INVALID_REQUEST', `text of at most ${limits.promptLength} characters`, {
    blankIsAbsent: true,
  })
  .field(
    'seed',
    z
      .int()
      .min(0)
      .max(limits.seedMax)
      .optional()
      .describe('Chosen at random if omitted; always returned in the job'),
    'INVALID_REQUEST',
    `a whole number from 0 to ${limits.seedMax}`,
  )
  .field('idempotency_key', idempotencyKey, 'INVALID_REQUEST', `text of ${keyMin} to ${keyMax} characters`)
  .field(
    'alpha_keyframe_index',
    z
      .int()
      .min(0)
      .default(0)
      .optional()
      .describe('With `select`: the frame that the matte in `alpha_uri` belongs to, counted from 0'),
    'INVALID_REQUEST',
    'the whole number of a frame, counted from 0',
    { when: (parsed) => parsed.alpha_mode === 'select' },
  )
  .field(
    'max_cost',
    z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('The highest acceptable cost in credits; a job that costs more is rejected'),
    'INVALID_REQUEST',
    'a whole number of credits, 0 or more',
  )
  .field(
    'source_uri',
    z.string().describe('The image or video: `beeble://uploads/…`, `https://…` or `data:…;base64,…`'),
    'INVALID_URI',
    uri,
  )
  .field('reference_image_uri', z.string().optional().describe('An image of the scene'), 'INVALID_URI', uri, {
    blankIsAbsent: true,
  })
  .field(
    'alpha_uri',
    z
      .string()
      .optional()
      .describe(
        'The matte: grayscale, white is the subject; an image for an image source, a video for a video source. With `select`: an image, the matte of one frame',
      ),
    'INVALID_URI',
    uri,
    {
      when: (parsed) => takesMatte(parsed.alpha_mode),
    },
  )
  .field(
    'callback_url',
    z.string().optional().describe('An HTTPS URL that receives a webhook when the job ends'),
    'INVALID_CALLBACK_URL',
    'an HTTPS URL',
  );

/** The filename of a new upload. */
export const uploadInput = Input.object().field(
  'filename',
  z
    .string()
    .refine(isFilename)
    .meta({ minLength: limits.filenameLength.min, maxLength: limits.filenameLength.max }),
  'INVALID_FILENAME',
  findFilenameProblem,
);

/** The id of a job. A malformed id gets the same error as an unknown one. */
export const jobInput = Input.object().field(
  'id',
  z.string(),
  'JOB_NOT_FOUND',
  'the id of a job of this account, swx_…',
);

/** The id of a job, and how long to wait for its end. */
export const getInput = jobInput.field(
  'wait',
  z
    .int()
    .min(limits.waitSeconds.min)
    .max(limits.waitSeconds.max)
    .optional()
    .describe('Seconds to wait for the job to end; in REST, the header `prefer: wait=N`'),
  'INVALID_REQUEST',
  `a whole number of seconds from ${limits.waitSeconds.min} to ${limits.waitSeconds.max}`,
);

/** The id of a job, and of the last event that was received. tRPC's client requires the name `lastEventId`. */
export const watchInput = jobInput.field(
  'lastEventId',
  z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe(
      'The id of the last received event; the stream resumes after it. Can also be sent as the header `last-event-id`',
    ),
  'INVALID_REQUEST',
  'the id of an event of this stream',
  { blankIsAbsent: true },
);

/** A page of the list of jobs, and what filters it. */
export const listInput = pageInput
  .field(
    'status',
    z.enum(jobStatuses).optional(),
    'INVALID_REQUEST',
    '"in_queue", "processing", "completed", "failed" or "cancelled"',
    { blankIsAbsent: true },
  )
  .field('generation_type', z.enum(generationTypes).optional(), 'INVALID_REQUEST', '"image" or "video"', {
    blankIsAbsent: true,
  })
  .field(
    'created_after',
    sentInstant.describe('Jobs that were created then or later'),
    'INVALID_REQUEST',
    instantWords,
    { blankIsAbsent: true },
  )
  .field(
    'created_before',
    sentInstant.describe('Jobs that were created earlier'),
    'INVALID_REQUEST',
    instantWords,
    { blankIsAbsent: true },
  );
