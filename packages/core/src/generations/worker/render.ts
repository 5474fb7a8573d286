import { extname, join } from 'node:path';
import type { StoredInput, StoredOutputs } from '@restage/db';
import type { Rendered, RenderRequest, RenderResult } from '@restage/engine';
import { type Failure, type FailureValue, failWith, isFailure } from '@restage/errors';
import { fitAlpha, fitReference, type Probe, type Role } from '@restage/media';
import type { WorkerContext } from '../../context.ts';
import { outputName } from '../../retention/scratch.ts';
import type { Generation } from '../internal.ts';
import type { JobLease } from './lease.ts';
import { createProgressWriter } from './progress.ts';

const roles = ['source', 'reference', 'alpha'] as const satisfies readonly Role[];
const outputNames = ['render', 'source', 'alpha'] as const satisfies readonly (keyof StoredOutputs)[];

/** What came of a job: what the engine says, or why its inputs are not to be rendered any more. */
export type AttemptResult = RenderResult | Failure | FailureValue<'SOURCE_CHANGED'>;

/** Fetches a job's inputs into `directory`, which has room for its outputs, and renders them there. */
export async function renderGeneration(
  ctx: WorkerContext,
  generation: Generation,
  directory: string,
  signal: AbortSignal,
  hold: Pick<JobLease, 'generation' | 'lose'>,
  onBegun?: () => void,
): Promise<AttemptResult> {
  const paths = await fetchInputs(ctx, generation, directory, signal);
  if (isFailure(paths)) return paths;
  const { source, alpha, reference } = paths;
  if (source === undefined) throw new Error(`job ${generation.id} has no source`);
  const outputDirectory = join(directory, outputName);
  const request: RenderRequest = {
    generationType: generation.generationType,
    alphaMode: generation.alphaMode,
    maxResolution: generation.maxResolution,
    seed: generation.seed,
    outputDirectory,
    source,
    ...(alpha !== undefined && { alpha }),
    ...(reference !== undefined && { reference }),
    ...(generation.prompt !== null && { prompt: generation.prompt }),
    ...(generation.testMode && { watermark: true }),
  };
  const progress = createProgressWriter(ctx, hold);
  try {
    const rendering = ctx.engine.render(request, { signal, onProgress: progress.report });
    onBegun?.();
    return await rendering;
  } finally {
    await progress.end();
  }
}

/** Brings a job's inputs here side by side. None is still on its way when this returns or throws. */
async function fetchInputs(
  ctx: WorkerContext,
  generation: Generation,
  directory: string,
  signal: AbortSignal,
) {
  const paths: Partial<Record<Role, string>> = {};
  const fetched = await Promise.allSettled(
    roles.map(async (role) => {
      const input = generation.inputs[role];
      if (!input) return undefined;
      const path = await fetchInput(ctx, generation, role, input, directory, signal);
      if (typeof path !== 'string') return path;
      paths[role] = path;
      return undefined;
    }),
  );
  for (const each of fetched) {
    if (each.status === 'rejected') throw each.reason;
    if (each.value) return each.value;
  }
  return paths;
}

/** Brings an input here and looks at it again: a URL may answer otherwise than when the job was accepted. */
async function fetchInput(
  ctx: WorkerContext,
  generation: Generation,
  role: Role,
  input: StoredInput,
  directory: string,
  signal: AbortSignal,
) {
  const path = input.kind === 'blob' ? ctx.blobs.localPath(input.key) : join(directory, role);
  if (input.kind === 'https') {
    const location = { kind: 'https', url: new URL(input.url) } as const;
    const fetched = await ctx.media.download(location, role, path, { signal });
    if (isFailure(fetched)) return fetched;
  }
  const stored = input.kind === 'blob';
  const probe = await ctx.media.inspect({ kind: 'file', path, stored }, role);
  if (isFailure(probe)) return probe;
  return fit(generation, role, probe) ?? path;
}

/** What is wrong with an input that was right when the job was accepted; undefined if nothing is. */
function fit(generation: Generation, role: Role, probe: Probe) {
  switch (role) {
    case 'source': {
      const { width, height, frames } = generation;
      const same = probe.width === width && probe.height === height && probe.frames === frames;
      return same ? undefined : failWith('SOURCE_CHANGED', 'The source changed after the job was accepted.');
    }
    case 'reference':
      return fitReference(probe);
    case 'alpha':
      return fitAlpha(probe, { type: generation.generationType, frames: generation.frames });
  }
}

/** Moves what was rendered into the blob store, under names of this attempt's own. */
export async function storeOutputs(
  ctx: WorkerContext,
  generation: Generation,
  rendered: Rendered,
): Promise<StoredOutputs> {
  const key = (name: keyof StoredOutputs) =>
    `outputs/${generation.id}/${generation.attempt}/${name}${extname(rendered[name])}`;
  const keys: StoredOutputs = { render: key('render'), source: key('source'), alpha: key('alpha') };
  await ctx.blobs.adoptAll(Object.fromEntries(outputNames.map((name) => [keys[name], rendered[name]])));
  return keys;
}

/** Removes what {@link storeOutputs} stored, for an attempt that came too late. */
export async function discardOutputs(ctx: WorkerContext, outputs: StoredOutputs): Promise<void> {
  for (const key of Object.values(outputs)) await ctx.blobs.remove(key);
}
