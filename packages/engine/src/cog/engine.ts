import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import type { Engine, RenderRequest, RenderResult } from '../engine.ts';
import { createListener, type Prediction } from './listener.ts';
import { takeOutput } from './output.ts';

export interface CogOptions {
  /** Where the model server answers, as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** The address under which the model server reaches this process for webhooks. */
  readonly webhookHost?: string;
  /** Seconds that a prediction may take. */
  readonly wallSeconds?: number;
  readonly fetch?: typeof fetch;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
};

/**
 * Renders with a model behind Cog's HTTP protocol (replicate/cog, docs/http.md): an asynchronous
 * `PUT /predictions/{id}`, webhooks for its progress and end, `POST /predictions/{id}/cancel` on abort.
 */
export function createCogEngine(options: CogOptions): Engine {
  const server = new URL(options.url);
  const fetcher = options.fetch ?? fetch;
  const wallSeconds = options.wallSeconds ?? 900;
  const listener = createListener(options.webhookHost ?? '127.0.0.1');
  const closing = new AbortController();

  return {
    async render(request, { signal, onProgress }) {
      const limit = AbortSignal.any([signal, closing.signal, AbortSignal.timeout(wallSeconds * 1000)]);
      if (limit.aborted) return failWith('CANCELLED', 'The job was cancelled.');
      const id = randomUUID();
      const address = (action = '') => new URL(`/predictions/${id}${action}`, server);
      const ended = Promise.withResolvers<Prediction | undefined>();
      let highest = 0;
      const hook = await listener.expect((prediction) => {
        const fraction = parseProgress(prediction);
        if (fraction > highest) {
          highest = fraction;
          onProgress(fraction);
        }
        if (isTerminal(prediction)) ended.resolve(prediction);
      });
      const stop = () => ended.resolve(undefined);
      limit.addEventListener('abort', stop, { once: true });
      try {
        const response = await fetcher(address(), {
          method: 'PUT',
          headers: { 'content-type': 'application/json', prefer: 'respond-async' },
          body: JSON.stringify({
            input: await createInput(request),
            webhook: hook.url,
            webhook_events_filter: ['start', 'logs', 'completed'],
          }),
          signal: limit,
        });
        await response.body?.cancel();
        if (!response.ok)
          return failWith('MODEL_FAILED', `The model server refused the job with status ${response.status}.`);
        const prediction = await ended.promise;
        if (prediction === undefined) {
          const cancelled = await fetcher(address('/cancel'), {
            method: 'POST',
            signal: AbortSignal.timeout(2000),
          });
          await cancelled.body?.cancel();
          return signal.aborted || closing.signal.aborted
            ? failWith('CANCELLED', 'The job was cancelled.')
            : failWith('TIMED_OUT', `Rendering took longer than ${wallSeconds} seconds and was ended.`);
        }
        if (prediction.status !== 'succeeded')
          return failWith('MODEL_FAILED', `The model failed: ${getReason(prediction)}`);
        const result = await takeOutput(prediction.output, request, server, fetcher, limit);
        if (!isFailure(result)) onProgress(1);
        return result;
      } catch (error) {
        return toFailure(error, signal);
      } finally {
        limit.removeEventListener('abort', stop);
        hook.forget();
      }
    },
    async close() {
      closing.abort();
      await listener.close();
    },
  };
}

/** A job as a model's input; files as data URIs, which every Cog server takes. */
async function createInput(request: RenderRequest): Promise<Record<string, string | number>> {
  const file = async (path: string) =>
    `data:${mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream'};base64,${(await readFile(path)).toString('base64')}`;
  return {
    generation_type: request.generationType,
    alpha_mode: request.alphaMode,
    max_resolution: request.maxResolution,
    seed: request.seed,
    source: await file(request.source),
    ...(request.alpha === undefined ? {} : { alpha: await file(request.alpha) }),
    ...(request.alphaKeyframeIndex === undefined ? {} : { alpha_keyframe_index: request.alphaKeyframeIndex }),
    ...(request.reference === undefined ? {} : { reference_image: await file(request.reference) }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  };
}

function isTerminal({ status }: Prediction): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled';
}

/** Models print their progress; the last percentage in the log is taken for it. */
function parseProgress({ logs }: Prediction): number {
  const percent = logs?.match(/(\d{1,3})(?:\.\d+)?\s?%(?![\s\S]*%)/)?.[1];
  return percent === undefined ? 0 : Math.min(99, Number(percent)) / 100;
}

function getReason({ error, status }: Prediction): string {
  return typeof error === 'string' && error !== ''
    ? error.slice(0, 300)
    : `it ended as ${status ?? 'nothing'}.`;
}

/** A server that can't be reached is the operator's affair, and the job's failure. */
function toFailure(error: unknown, signal: AbortSignal): RenderResult {
  if (signal.aborted) return failWith('CANCELLED', 'The job was cancelled.');
  if (error instanceof TypeError || (error instanceof DOMException && /Abort|Timeout/.test(error.name))) {
    return failWith('MODEL_UNREACHABLE', 'The model server could not be reached.');
  }
  throw error;
}
