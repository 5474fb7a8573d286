import { randomUUID } from 'node:crypto';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { type Failure, isFailure } from '@restage/errors';
import type { Context } from './context.ts';
import { decodeDataUri } from './data.ts';
import { notBase64, notThere, tooManyBytes, unreachable } from './failures.ts';
import { openFetcher, Refusal } from './fetch/fetcher.ts';
import { writeWhole } from './fetch/whole.ts';
import type { Location, Role } from './location.ts';
import type { HttpsMedia } from './uri.ts';

/** How `download` fails. INVALID_URI is a data: URI whose base64 is corrupt. */
export type DownloadFailure =
  | Failure<'SOURCE_UNREACHABLE'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'INVALID_URI'>;

type Written = { readonly bytes: number } | DownloadFailure;

/**
 * Writes all bytes of media to the file `toPath`, which appears at once and whole, or not at all.
 * @param options.signal ends a fetch under way, as SOURCE_UNREACHABLE.
 */
export async function download(
  context: Context,
  location: Location,
  role: Role,
  toPath: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Written> {
  const part = `${toPath}.${randomUUID()}.part`;
  try {
    const written = await write(context, location, role, part, options.signal);
    if (!isFailure(written)) await rename(part, toPath);
    return written;
  } finally {
    await rm(part, { force: true });
  }
}

async function write(
  context: Context,
  location: Location,
  role: Role,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Written> {
  switch (location.kind) {
    case 'file': {
      const found = await stat(location.path).catch(() => undefined);
      if (!found?.isFile()) return notThere(role);
      await copyFile(location.path, path);
      return { bytes: found.size };
    }
    case 'data': {
      const decoded = await decodeDataUri(location, path, context.limits.dataBytes);
      if (decoded === 'too large') return tooManyBytes(role, context.limits.dataBytes);
      return decoded === 'not base64' ? notBase64(role) : decoded;
    }
    case 'https': {
      const bytes = await fetchWhole(context, location, path, signal);
      if (typeof bytes === 'number') return { bytes };
      if (bytes === 'too large') return tooManyBytes(role, context.limits.fileBytes);
      context.log.info({ host: location.url.host, reason: bytes.reason, role }, 'media was not fetched');
      return unreachable(role);
    }
  }
}

async function fetchWhole(
  context: Context,
  media: HttpsMedia,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | 'too large' | Refusal> {
  const deadline = AbortSignal.timeout(context.limits.downloadMs);
  const fetcher = openFetcher(context.network, context.limits);
  const file = await open(path, 'wx');
  try {
    const answer = await fetcher.send(media.url, {
      method: 'GET',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      followRedirects: true,
    });
    if (answer instanceof Refusal) return answer;
    return await writeWhole(answer, file, context.limits);
  } finally {
    await file.close();
    await fetcher.close();
  }
}
