import type { RunInput } from '@restage/sdk';
import { command, numberOf, type Options, UsageError, type Values } from '../command.ts';
import { Progress } from '../progress.ts';
import { filesOf, outputOptions, savedText, saveOutputs, waitMs } from './outputs.ts';

const options = {
  prompt: { type: 'string', value: '<text>', summary: 'what the scene should be' },
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
  ...outputOptions,
} as const satisfies Options;

/** `restage run`: footage in, render out. */
export const run = command({
  summary: 'restage an image or a video, and save the render',
  operands: ['<source>'],
  options,
  async run(context, [source = ''], values) {
    const progress = new Progress(context.terminal, context.quiet);
    const input = inputOf(source, values);
    const running = { signal: context.terminal.signal, timeoutMs: waitMs(values) };
    try {
      const { job } = await context.restage.run(input, {
        ...running,
        onProgress: (step) => progress.run(step),
      });
      const extension = job.generation_type === 'video' ? 'mp4' : 'png';
      const files = await saveOutputs(context, job, { render: `${job.id}.${extension}`, ...filesOf(values) });
      return { data: { job, files }, text: `${savedText(files)}\njob ${job.id}, seed ${job.seed}` };
    } finally {
      progress.end();
    }
  },
});

/** The fields that the server checks are passed on as they are: its message says what is wrong with them. */
function inputOf(source: string, values: Values<typeof options>): RunInput {
  const maxResolution = numberOf(values, 'max-resolution');
  if (maxResolution !== undefined && maxResolution !== 720 && maxResolution !== 1080) {
    throw new UsageError('--max-resolution is 720 or 1080.');
  }
  return {
    source,
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

function oneOf<const Word extends string>(
  value: string | undefined,
  option: string,
  words: readonly Word[],
): Word | undefined {
  const word = words.find((candidate) => candidate === value);
  if (value !== undefined && !word) throw new UsageError(`--${option} is one of ${words.join(', ')}.`);
  return word;
}
