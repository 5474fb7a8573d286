import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { type Failure, isFailure } from '@restage/errors';
import type { Context } from '../context.ts';
import { FetchFailure, openFetcher } from '../fetch/fetcher.ts';
import { writeResponse } from '../fetch/write-response.ts';
import { decodeDataUri } from './data-uri.ts';
import { notBase64, tooManyBytes, unreachable } from './failures.ts';
import type { MediaBytes, Role } from './location.ts';
import type { HttpsMedia } from './uri.ts';

/** The failures of `download`. INVALID_URI is a data: URI with invalid base64. */
export type DownloadFailure =
  | Failure<'SOURCE_UNREACHABLE'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'INVALID_URI'>;

type DownloadResult = { readonly bytes: number } | DownloadFailure;

/**
 * Writes all bytes of media to the file `toPath`, which appears complete or not at all.
 * @param options.signal aborts the fetch, which then fails with SOURCE_UNREACHABLE
 */
export async function download(
  context: Context,
  location: MediaBytes,
  role: Role,
  toPath: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<DownloadResult> {
  const part = `${toPath}.${randomUUID()}.part`;
  try {
    const written = await writeLocation(context, location, role, part, options.signal);
    if (!isFailure(written)) await rename(part, toPath);
    return written;
  } finally {
    await rm(part, { force: true });
  }
}

async function writeLocation(
  context: Context,
  location: MediaBytes,
  role: Role,
  path: string,
  signal: AbortSignal | undefined,
): Promise<DownloadResult> {
  switch (location.kind) {
    case 'data': {
      const decoded = await decodeDataUri(location, path, context.limits.maxDataBytes);
      if (decoded === 'too large') return tooManyBytes(role, context.limits.maxDataBytes);
      return decoded === 'not base64' ? notBase64(role) : decoded;
    }
    case 'https': {
      const bytes = await fetchWhole(context, location, path, signal);
      if (typeof bytes === 'number') return { bytes };
      if (bytes === 'too large') return tooManyBytes(role, context.limits.maxFileBytes);
      context.log.info({ host: location.url.host, reason: bytes.reason, role }, 'media_fetch_failed');
      return unreachable(role);
    }
  }
}

async function fetchWhole(
  context: Context,
  media: HttpsMedia,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | 'too large' | FetchFailure> {
  const deadline = AbortSignal.timeout(context.limits.downloadMs);
  const fetcher = openFetcher(context.network, context.limits);
  const file = await open(path, 'wx');
  try {
    const response = await fetcher.send(media.url, {
      method: 'GET',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      followRedirects: true,
    });
    if (response instanceof FetchFailure) return response;
    return await writeResponse(response, file, context.limits);
  } finally {
    await file.close();
    await fetcher.close();
  }
}
