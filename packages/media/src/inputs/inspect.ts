import { open, stat } from 'node:fs/promises';
import { type Failure, isFailure } from '@restage/errors';
import type { Context } from '../context.ts';
import { FetchFailure, openFetcher } from '../fetch/fetcher.ts';
import { openPartialCopy, type PartialCopy } from '../fetch/partial-copy.ts';
import { openStoredCopy } from '../fetch/stored-copy.ts';
import type { Probe, ProbeResult } from '../probe/protocol.ts';
import { decodeDataUri } from './data-uri.ts';
import {
  notBase64,
  tooManyBytes,
  unknownFileType,
  unreachable,
  unsupportedFormat,
  uploadMissing,
} from './failures.ts';
import type { LocalFile, Location, Role, StoredFile } from './location.ts';
import type { DataMedia, HttpsMedia } from './uri.ts';

/** How `inspect` fails: each with the parameter of the role. */
export type InspectFailure =
  | Failure<'SOURCE_UNREACHABLE'>
  | Failure<'INVALID_URI'>
  | Failure<'INVALID_FILE_FORMAT'>
  | Failure<'SOURCE_TOO_LARGE'>;

/** After so many requests for missing parts, everything is fetched. */
const maxRounds = 8;

/**
 * Probes media from its bytes, and fetches only as many as that needs. Leaves no files behind. `validateSource` and its
 * siblings check whether the media suits a request.
 * @param options.timeoutMs for fetching from a URL, if that is less than the limit; later, it fails with SOURCE_UNREACHABLE
 */
export async function inspect(
  context: Context,
  location: Location,
  role: Role,
  options: { readonly timeoutMs?: number } = {},
): Promise<Probe | InspectFailure> {
  const timeoutMs = Math.min(options.timeoutMs ?? context.limits.inspectMs, context.limits.inspectMs);
  const result = await probeLocation(context, location, role, timeoutMs);
  if (isFailure(result)) return result;
  switch (result.kind) {
    case 'probed':
      return result.probe;
    case 'unsupported':
      return unsupportedFormat(role, result.what);
    case 'unknown':
      return unknownFileType(role, result.why);
    case 'missing':
      return unreachable(role);
  }
}

async function probeLocation(
  context: Context,
  location: Location,
  role: Role,
  timeoutMs: number,
): Promise<ProbeResult | InspectFailure> {
  switch (location.kind) {
    case 'file':
      return await probeLocalFile(context, location, role);
    case 'stored':
      return await probeStoredFile(context, location, role);
    case 'data':
      return await probeDataUri(context, location, role);
    case 'https':
      return await probeUrl(context, location, role, timeoutMs);
  }
}

async function probeLocalFile(
  context: Context,
  { path, version }: LocalFile,
  role: Role,
): Promise<ProbeResult | InspectFailure> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return uploadMissing(role);
  if (found.size > context.limits.maxFileBytes) return tooManyBytes(role, context.limits.maxFileBytes);
  return await probeOnce(context, version, () => probeWhole(context, path, found.size));
}

async function probeStoredFile(
  context: Context,
  stored: StoredFile,
  role: Role,
): Promise<ProbeResult | InspectFailure> {
  if (stored.size > context.limits.maxFileBytes) return tooManyBytes(role, context.limits.maxFileBytes);
  const result = await probeOnce(context, stored.version, () =>
    context.temporary.withFile(async (path) => {
      const file = await open(path, 'wx');
      try {
        const copy = await openStoredCopy(stored, file);
        return copy instanceof FetchFailure ? copy : await probePartialCopy(context, path, copy);
      } finally {
        await file.close();
      }
    }),
  );
  if (!(result instanceof FetchFailure)) return result;
  context.log.info({ reason: result.reason, role }, 'stored_media_missing');
  return uploadMissing(role);
}

/** Probes a file, unless its version is in the cache. */
async function probeOnce<Result extends ProbeResult | FetchFailure>(
  context: Context,
  version: string | undefined,
  probe: () => Promise<Result>,
): Promise<Result | ProbeResult> {
  const known = version === undefined ? undefined : context.probeCache.get(version);
  if (known) return { kind: 'probed', probe: known };
  const result = await probe();
  if (version !== undefined && !(result instanceof FetchFailure) && result.kind === 'probed') {
    context.probeCache.set(version, result.probe);
  }
  return result;
}

async function probeDataUri(
  context: Context,
  media: DataMedia,
  role: Role,
): Promise<ProbeResult | InspectFailure> {
  return await context.temporary.withFile(async (path) => {
    const decoded = await decodeDataUri(media, path, context.limits.maxDataBytes);
    if (decoded === 'too large') return tooManyBytes(role, context.limits.maxDataBytes);
    if (decoded === 'not base64') return notBase64(role);
    return await probeWhole(context, path, decoded.bytes);
  });
}

async function probeUrl(
  context: Context,
  media: HttpsMedia,
  role: Role,
  timeoutMs: number,
): Promise<ProbeResult | InspectFailure> {
  const signal = AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs)));
  const fetcher = openFetcher(context.network, context.limits);
  try {
    return await context.temporary.withFile(async (path) => {
      const file = await open(path, 'wx');
      try {
        const copy = await openPartialCopy(fetcher, media.url, file, context.limits, signal);
        if (copy === 'too large') return tooManyBytes(role, context.limits.maxFileBytes);
        const result = copy instanceof FetchFailure ? copy : await probePartialCopy(context, path, copy);
        if (!(result instanceof FetchFailure)) return result;
        context.log.info({ host: media.url.host, reason: result.reason, role }, 'media_fetch_failed');
        return unreachable(role);
      } finally {
        await file.close();
      }
    });
  } finally {
    await fetcher.close();
  }
}

async function probeWhole(context: Context, path: string, size: number): Promise<ProbeResult> {
  if (size === 0) return { kind: 'unknown', why: 'it is empty' };
  return await context.probePool.probe({ path, size, present: [{ start: 0, end: size }] });
}

/** Probes a remote file, and fetches each part that the probe is missing; after some rounds, fetches everything. */
async function probePartialCopy(
  context: Context,
  path: string,
  copy: PartialCopy,
): Promise<ProbeResult | FetchFailure> {
  if (copy.size === 0) return { kind: 'unknown', why: 'it is empty' };
  for (let round = 0; ; round += 1) {
    const result = await context.probePool.probe({ path, size: copy.size, present: copy.present });
    if (result.kind !== 'missing' || round > maxRounds) return result;
    const { start, end } = round === maxRounds ? { start: 0, end: copy.size } : result.range;
    const failure = await copy.fetch(start, end);
    if (failure) return failure;
  }
}
