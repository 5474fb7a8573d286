import { type Command, choice, number, UsageError } from '@restage/cli-kit';
import { procedureCodes } from '@restage/errors';
import type { RunInput, RunOptions, RunQuoteOptions } from '@restage/sdk';
import type { Context } from '../../context.ts';

const parseHeight = choice(['720', '1080']);

function parseMaxResolution(received: string): 720 | 1080 {
  return parseHeight(received) === '720' ? 720 : 1080;
}

/** What the help says of the source. */
export const sourceHelp = 'path, https URL or beeble:// URI; "-" reads standard input';

/** Adds the options of commands that take footage and a scene. */
export function addFootageOptions(command: Command<[string]>) {
  return command
    .option('-p, --prompt <text>', 'description of the scene')
    .option('--reference <image>', 'image of the scene')
    .option('--alpha <matte>', 'matte: grayscale, white is the subject')
    .option(
      '--alpha-mode <mode>',
      'auto, fill, custom or select',
      choice(['auto', 'fill', 'custom', 'select']),
    )
    .option('--alpha-keyframe <frame>', 'with select: the frame of the matte, from 0 (default: 0)', number)
    .option('--type <type>', 'image or video (default: the type of the source)', choice(['image', 'video']))
    .option('--seed <number>', 'the same seed gives the same picture', number)
    .option('--max-resolution <lines>', '720 or 1080 (default: 1080)', parseMaxResolution)
    .option('--max-cost <credits>', 'fail rather than charge more than this', number)
    .option('--callback-url <url>', 'URL that gets a webhook when the job ends')
    .option('--idempotency-key <key>', 'the same key starts one job only, if all inputs are URIs')
    .option(
      '--simulate <code>',
      'with a test key: fail with an error code; run also takes stall, job-failed, webhook-failed',
    );
}

type FootageOptions = ReturnType<ReturnType<typeof addFootageOptions>['opts']>;

/** The input of a run. What the server validates is passed on unchecked: its messages say what is wrong. */
export function toRunInput({ terminal }: Context, source: string, options: FootageOptions): RunInput {
  return {
    source: source === '-' ? terminal.stdin : source,
    alpha: options.alpha,
    reference: options.reference,
    prompt: options.prompt,
    alpha_mode: options.alphaMode,
    alpha_keyframe_index: options.alphaKeyframe,
    generation_type: options.type,
    seed: options.seed,
    max_resolution: options.maxResolution,
    max_cost: options.maxCost,
    callback_url: options.callbackUrl,
    idempotency_key: options.idempotencyKey,
  };
}

/** What a run simulates: an error code of its upload or start, or how its job goes. */
export function parseRunSimulation({ simulate }: FootageOptions): RunOptions['simulate'] {
  const codes = [...procedureCodes['uploads.create'], ...procedureCodes['generations.start']];
  return findSimulation(simulate, 'a run', [...codes, 'stall', 'job-failed', 'webhook-failed']);
}

/** What a quote simulates: an error code of its upload or of the quote. */
export function parseQuoteSimulation({ simulate }: FootageOptions): RunQuoteOptions['simulate'] {
  const codes = [...procedureCodes['uploads.create'], ...procedureCodes['generations.quote']];
  return findSimulation(simulate, 'a quote', codes);
}

function findSimulation<const Word extends string>(
  received: string | undefined,
  operation: string,
  words: readonly Word[],
): Word | undefined {
  if (received === undefined) return undefined;
  const word = words.find((candidate) => candidate.toUpperCase() === received.toUpperCase());
  if (word) return word;
  const accepted = [...new Set(words)].join(', ');
  throw new UsageError(`--simulate must be an outcome of ${operation}: ${accepted}; received ${received}.`);
}
