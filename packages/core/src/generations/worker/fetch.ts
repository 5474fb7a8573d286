import { join } from 'node:path';
import type { StoredInput } from '@restage/db';
import { type Failure, type FailureValue, failWith, isFailure } from '@restage/errors';
import { type Probe, type Role, validateAlpha, validateReference } from '@restage/media';
import type { WorkerContext } from '../../context.ts';
import type { Generation } from '../row.ts';

const roles = ['source', 'reference', 'alpha'] as const satisfies readonly Role[];

/** Why a job's inputs can't be rendered any more. */
export type InputFailure = Failure | FailureValue<'SOURCE_CHANGED'>;

/** Local files of a job's inputs. */
export interface InputPaths {
  readonly source: string;
  readonly reference?: string;
  readonly alpha?: string;
}

/**
 * Fetches a job's inputs into `directory`, side by side, and checks them. No download is under way any more when this
 * returns or throws.
 */
export async function fetchInputs(
  ctx: WorkerContext,
  job: Generation,
  directory: string,
  signal: AbortSignal,
): Promise<InputPaths | InputFailure> {
  const paths: Partial<Record<Role, string>> = {};
  const fetched = await Promise.allSettled(
    roles.map(async (role) => {
      const input = job.inputs[role];
      if (!input) return undefined;
      const path = await fetchInput(ctx, job, role, input, directory, signal);
      if (typeof path !== 'string') return path;
      paths[role] = path;
      return undefined;
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

/** Fetches an input and checks it again: since the job was accepted, a URL may have come to serve something else. */
async function fetchInput(
  ctx: WorkerContext,
  job: Generation,
  role: Role,
  input: StoredInput,
  directory: string,
  signal: AbortSignal,
) {
  const path = input.kind === 'blob' ? ctx.blobs.localPath(input.key) : join(directory, role);
  if (input.kind === 'https') {
    const location = { kind: 'https', url: new URL(input.url) } as const;
    const downloaded = await ctx.media.download(location, role, path, { signal });
    if (isFailure(downloaded)) return downloaded;
  }
  const probe = await ctx.media.inspect({ kind: 'file', path, stored: input.kind === 'blob' }, role);
  if (isFailure(probe)) return probe;
  return checkProbe(job, role, probe) ?? path;
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
      return validateAlpha(probe, { type: job.generationType, frames: job.frames });
  }
}
