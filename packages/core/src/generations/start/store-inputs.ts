import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredInput, StoredInputs } from '@restage/db';
import { isFailure } from '@restage/errors';
import type { Role } from '@restage/media';
import type { AccountContext } from '../../context.ts';
import { scratchDirectory } from '../../retention/scratch.ts';
import { getUploadKey } from '../../uploads/internal.ts';
import type { ResolvedInput, ValidatedJob } from './resolve-inputs.ts';

/** Stores the bytes of inputs that came inside the request. @returns where a worker finds each input */
export async function storeInputs(ctx: AccountContext, id: string, validated: ValidatedJob) {
  const stored: { -readonly [Role in keyof StoredInputs]?: StoredInput } = {};
  for (const role of ['source', 'reference', 'alpha'] as const) {
    const resolved = validated[role];
    if (!resolved) continue;
    const input = await storeInput(ctx, `inputs/${id}/${role}`, role, resolved);
    if (isFailure(input)) {
      await discardInputs(ctx, stored);
      return input;
    }
    stored[role] = input;
  }
  return stored as StoredInputs;
}

async function storeInput(ctx: AccountContext, key: string, role: Role, { location, upload }: ResolvedInput) {
  if (upload) return { kind: 'blob', key: getUploadKey(upload.id, upload.attempt) } as const;
  if (location.kind === 'https') return { kind: 'https', url: location.url.href } as const;
  const directory = scratchDirectory(ctx, 'input');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'bytes');
    const written = await ctx.media.download(location, role, path);
    if (isFailure(written)) return written;
    await ctx.blobs.moveIn(key, path);
    return { kind: 'blob', key } as const;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Removes what {@link storeInputs} stored, for a start that was refused. Uploads stay. */
export async function discardInputs(ctx: AccountContext, inputs: Partial<StoredInputs>): Promise<void> {
  for (const input of Object.values(inputs)) {
    if (input?.kind === 'blob' && input.key.startsWith('inputs/')) await ctx.blobs.remove(input.key);
  }
}
