import { procedureCodes } from '@restage/errors';
import type { RunInput, RunOptions, RunQuoteOptions } from '@restage/sdk';
import { type Context, numberOf, type Options, UsageError, type Values } from '../command.ts';

/** The options of commands that take footage and a scene. */
export const footageOptions = {
  prompt: { type: 'string', short: 'p', value: '<text>', summary: 'what the scene should be' },
  reference: { type: 'string', value: '<image>', summary: 'an image of the scene' },
  alpha: { type: 'string', value: '<matte>', summary: 'the matte: grayscale, white is the subject' },
  'alpha-mode': { type: 'string', value: '<mode>', summary: 'auto, fill or custom' },
  type: { type: 'string', value: '<type>', summary: 'image or video (default: what the source is)' },
  seed: { type: 'string', value: '<number>', summary: 'the same seed gives the same picture' },
  'max-resolution': { type: 'string', value: '<lines>', summary: '720 or 1080 (default 1080)' },
  'max-cost': { type: 'string', value: '<credits>', summary: 'refuse rather than charge more' },
  'callback-url': { type: 'string', value: '<url>', summary: 'where the webhook goes' },
  'idempotency-key': {
    type: 'string',
    value: '<key>',
    summary: 'the same key is the same job, where all inputs are URIs',
  },
  simulate: {
    type: 'string',
    value: '<what>',
    summary: 'with a test key: an error code; for a run also stall, job-failed or webhook-failed',
  },
} as const satisfies Options;

type FootageValues = Values<typeof footageOptions>;

/** The fields that the server checks are passed on as they are: its message says what is wrong with them. */
export function inputOf({ terminal }: Context, source: string, values: FootageValues): RunInput {
  const maxResolution = numberOf(values, 'max-resolution');
  if (maxResolution !== undefined && maxResolution !== 720 && maxResolution !== 1080) {
    throw new UsageError('--max-resolution is 720 or 1080.');
  }
  return {
    source: source === '-' ? terminal.stdin : source,
    alpha: values.alpha,
    reference: values.reference,
    prompt: values.prompt,
    alpha_mode: oneOf(values['alpha-mode'], 'alpha-mode', ['auto', 'fill', 'custom']),
    generation_type: oneOf(values.type, 'type', ['image', 'video']),
    seed: numberOf(values, 'seed'),
    max_resolution: maxResolution,
    max_cost: numberOf(values, 'max-cost'),
    callback_url: values['callback-url'],
    idempotency_key: values['idempotency-key'],
  };
}

type SimulateValue = Pick<FootageValues, 'simulate'>;

/** What a run is to simulate, if anything: a code of its upload or its start, or what befalls its job. */
export function parseRunSimulation({ simulate }: SimulateValue): RunOptions['simulate'] {
  const codes = [...procedureCodes['uploads.create'], ...procedureCodes['generations.start']];
  return findSimulation(simulate, 'a run', [...codes, 'stall', 'job-failed', 'webhook-failed']);
}

/** What a quote is to simulate, if anything: a code of its upload or its own. */
export function parseQuoteSimulation({ simulate }: SimulateValue): RunQuoteOptions['simulate'] {
  const codes = [...procedureCodes['uploads.create'], ...procedureCodes['generations.quote']];
  return findSimulation(simulate, 'a quote', codes);
}

function findSimulation<const Word extends string>(
  value: string | undefined,
  what: string,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate.toUpperCase() === value.toUpperCase());
  if (word) return word;
  const accepted = [...new Set(words)].join(', ');
  throw new UsageError(`--simulate must be what ${what} can end with: ${accepted}; received ${value}.`);
}

function oneOf<const Word extends string>(
  value: string | undefined,
  option: string,
  words: readonly Word[],
): Word | undefined {
  const word = words.find((candidate) => candidate === value);
  if (value !== undefined && !word) throw new UsageError(`--${option} is one of ${words.join(', ')}.`);
  return word;
}
