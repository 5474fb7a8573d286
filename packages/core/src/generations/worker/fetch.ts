import { join } from 'node:path';
import type { StoredInput } from '@restage/db';
import { type Failure, type FailureValue, failWith, isFailure } from '@restage/errors';
import { type Probe, type Role, validateAlpha, validateReference } from '@restage/media';
import type { WorkerContext } from '../../context.ts';
import { withSpan } from '../../telemetry/with-span.ts';
import { formatFileVersion } from '../../uploads/internal.ts';
import type { Generation } from '../row.ts';

const roles = ['source', 'reference', 'alpha'] as const satisfies readonly Role[];

/** Why a job's inputs can't be rendered any more. */
export type InputFailure = Failure | FailureValue<'SOURCE_CHANGED' | 'INPUT_MISSING'>;

/** Local files of a job's inputs. */
export interface InputPaths {
  readonly source: string;
  readonly reference?: string;
  readonly alpha?: string;
}

/**
 * Lends `use` local files of a job's inputs, checked again: since the job was accepted, a URL may have come to serve
 * something else. What is in the blob store is borrowed from there, the rest downloaded into `directory`.
 * @returns what `use` gives, or why the inputs can't be rendered
 */
export async function withInputs<Result>(
  ctx: WorkerContext,
  job: Generation,
  directory: string,
  signal: AbortSignal,
  use: (inputs: InputPaths) => Promise<Result>,
): Promise<Result | InputFailure> {
  return borrowInputs(ctx, job, roles, {}, signal, async (borrowed) => {
    const inputs = await withSpan(ctx, { name: 'fetch inputs', kind: 'internal' }, (inside) =>
      fetchInputs(inside, job, borrowed, directory, signal),
    );
    return isFailure(inputs) ? inputs : use(inputs);
  });
}

/** Files by their roles, each with a version if it is from the blob store. */
type InputFiles = Partial<Record<Role, { readonly path: string; readonly version?: string }>>;

/** Borrows the inputs of these roles that are in the blob store, one after another. */
async function borrowInputs<Result>(
  ctx: WorkerContext,
  job: Generation,
  [role, ...others]: readonly Role[],
  borrowed: InputFiles,
  signal: AbortSignal,
  use: (borrowed: InputFiles) => Promise<Result>,
): Promise<Result | InputFailure> {
  if (role === undefined) return use(borrowed);
  const input = job.inputs[role];
  if (input?.kind !== 'blob') return borrowInputs(ctx, job, others, borrowed, signal, use);
  const { key } = input;
  const used = await ctx.blobs.withLocalFile(
    key,
    async (file) => {
      const found = { path: file.path, version: formatFileVersion(key, file) };
      return { result: await borrowInputs(ctx, job, others, { ...borrowed, [role]: found }, signal, use) };
    },
    signal,
  );
  return used ? used.result : failWith('INPUT_MISSING', `The ${role} is no longer stored.`);
}

/**
 * Downloads what was not borrowed, side by side, and checks every input. No download is under way any more when this
 * returns or throws.
 */
async function fetchInputs(
  ctx: WorkerContext,
  job: Generation,
  borrowed: InputFiles,
  directory: string,
  signal: AbortSignal,
): Promise<InputPaths | InputFailure> {
  const paths: Partial<Record<Role, string>> = {};
  const fetched = await Promise.allSettled(
    roles.map(async (role) => {
      const input = job.inputs[role];
      if (!input) return undefined;
      const file = borrowed[role] ?? { path: join(directory, role) };
      paths[role] = file.path;
      return fetchInput(ctx, job, role, input, file, signal);
    }),
  );
  for (const each of fetched) {
    if (each.status === 'rejected') throw each.reason;
    if (each.value) return each.value;
  }
  const { source, ...others } = paths;
  if (source === undefined) throw new Error(`job ${job.id} has no source`);
  return { source, ...others };
}

/** Downloads an input to its file if it is not there yet, and checks it. */
async function fetchInput(
  ctx: WorkerContext,
  job: Generation,
  role: Role,
  input: StoredInput,
  file: { readonly path: string; readonly version?: string },
  signal: AbortSignal,
): Promise<InputFailure | undefined> {
  if (input.kind === 'https') {
    const location = { kind: 'https', url: new URL(input.url) } as const;
    const downloaded = await ctx.media.download(location, role, file.path, { signal });
    if (isFailure(downloaded)) return downloaded;
  }
  const probe = await ctx.media.inspect({ kind: 'file', ...file }, role);
  return isFailure(probe) ? probe : checkProbe(job, role, probe);
}

/** What is wrong with an input that was right when the job was accepted; undefined if nothing is. */
function checkProbe(job: Generation, role: Role, probe: Probe): InputFailure | undefined {
  switch (role) {
    case 'source': {
      const isSame = probe.width === job.width && probe.height === job.height && probe.frames === job.frames;
      return isSame
        ? undefined
        : failWith('SOURCE_CHANGED', 'The source changed after the job was accepted.');
    }
    case 'reference':
      return validateReference(probe);
    case 'alpha':
      return validateAlpha(
        probe,
        { type: job.generationType, frames: job.frames },
        { alpha_mode: job.alphaMode, alpha_keyframe_index: job.alphaKeyframeIndex ?? 0 },
      );
  }
}
