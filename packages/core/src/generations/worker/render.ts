import { extname } from 'node:path';
import type { StoredOutputs } from '@restage/db';
import type { Rendered, RenderResult } from '@restage/engine';
import { failWith, isFailure } from '@restage/errors';
import type { WorkerContext } from '../../context.ts';
import type { Generation } from '../row.ts';
import type { InputPaths } from './fetch.ts';
import type { JobLease } from './lease.ts';
import { createProgressWriter } from './progress.ts';

const outputNames = ['render', 'source', 'alpha'] as const satisfies readonly (keyof StoredOutputs)[];

/** Renders a job's inputs into an empty folder, and writes its progress meanwhile. */
export async function renderGeneration(
  ctx: WorkerContext,
  lease: JobLease,
  inputs: InputPaths,
  outputDirectory: string,
  signal: AbortSignal,
): Promise<RenderResult> {
  // Engines listen for the signal, and one that was aborted during the fetch does not call them again.
  if (signal.aborted) return failWith('CANCELLED', 'The attempt was ended before it rendered.');
  const { job } = lease;
  const progress = createProgressWriter(ctx, lease);
  const startedAt = performance.now();
  try {
    const result = await ctx.engine.render(
      {
        ...inputs,
        generationType: job.generationType,
        alphaMode: job.alphaMode,
        ...(job.alphaKeyframeIndex !== null && { alphaKeyframeIndex: job.alphaKeyframeIndex }),
        maxResolution: job.maxResolution,
        seed: job.seed,
        outputDirectory,
        ...(job.prompt !== null && { prompt: job.prompt }),
        ...(job.testMode && { watermark: true }),
      },
      { signal, onProgress: progress.report },
    );
    if (!signal.aborted) {
      ctx.telemetry.record('restage.job.render.duration', (performance.now() - startedAt) / 1000, {
        'restage.job.type': job.generationType,
        'restage.job.alpha_mode': job.alphaMode,
        'error.type': isFailure(result) ? result.code : undefined,
      });
    }
    return result;
  } finally {
    await progress.end();
  }
}

/** Moves what was rendered into the blob store, under keys that only this attempt uses. */
export async function storeOutputs(
  ctx: WorkerContext,
  job: Generation,
  rendered: Rendered,
): Promise<StoredOutputs> {
  const key = (name: keyof StoredOutputs) =>
    `outputs/${job.id}/${job.attempt}/${name}${extname(rendered[name])}`;
  const keys: StoredOutputs = { render: key('render'), source: key('source'), alpha: key('alpha') };
  await ctx.blobs.moveAll(Object.fromEntries(outputNames.map((name) => [keys[name], rendered[name]])));
  return keys;
}

/** Removes what {@link storeOutputs} stored, for an attempt that had lost its lease. */
export async function discardOutputs(ctx: WorkerContext, outputs: StoredOutputs): Promise<void> {
  for (const key of Object.values(outputs)) await ctx.blobs.remove(key);
}
