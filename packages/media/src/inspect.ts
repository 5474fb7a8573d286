import { open, stat } from 'node:fs/promises';
import { type Failure, isFailure } from '@restage/errors';
import type { Context } from './context.ts';
import { decodeDataUri } from './data.ts';
import { notBase64, notThere, tooManyBytes, unaccepted, unreachable, untold } from './failures.ts';
import { openFetcher, Refusal } from './fetch/fetcher.ts';
import { openPartialCopy, type PartialCopy } from './fetch/partial.ts';
import type { LocalFile, Location, Role } from './location.ts';
import type { Probe, Verdict } from './probe/verdict.ts';
import type { DataMedia, HttpsMedia } from './uri.ts';

/** How `inspect` fails: each with the parameter of the role. */
export type InspectFailure =
  | Failure<'SOURCE_UNREACHABLE'>
  | Failure<'INVALID_URI'>
  | Failure<'INVALID_FILE_FORMAT'>
  | Failure<'SOURCE_TOO_LARGE'>;

/** Rounds of "this part is needed" before everything is fetched. */
const roundsAtMost = 8;

/**
 * Tells what media is from its bytes, of which only as many are fetched as that takes. Nothing of it is left
 * behind. Whether it fits the request is another question, which `fitSource` and its like answer.
 */
export async function inspect(
  context: Context,
  location: Location,
  role: Role,
): Promise<Probe | InspectFailure> {
  const verdict = await judge(context, location, role);
  if (isFailure(verdict)) return verdict;
  switch (verdict.kind) {
    case 'probed':
      return verdict.probe;
    case 'unaccepted':
      return unaccepted(role, verdict.what);
    case 'unknown':
      return untold(role, verdict.why);
    case 'missing':
      return unreachable(role);
  }
}

async function judge(context: Context, location: Location, role: Role): Promise<Verdict | InspectFailure> {
  switch (location.kind) {
    case 'file':
      return await judgeFile(context, location, role);
    case 'data':
      return await judgeData(context, location, role);
    case 'https':
      return await judgeRemote(context, location, role);
  }
}

async function judgeFile(
  context: Context,
  { path, stored }: LocalFile,
  role: Role,
): Promise<Verdict | InspectFailure> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return notThere(role);
  if (found.size > context.limits.fileBytes) return tooManyBytes(role, context.limits.fileBytes);
  const known = stored ? context.known.get(found) : undefined;
  if (known) return { kind: 'probed', probe: known };
  const verdict = await askAll(context, path, Number(found.size));
  if (stored && verdict.kind === 'probed') context.known.set(found, verdict.probe);
  return verdict;
}

async function judgeData(context: Context, media: DataMedia, role: Role): Promise<Verdict | InspectFailure> {
  return await context.temporary.withFile(async (path) => {
    const decoded = await decodeDataUri(media, path, context.limits.dataBytes);
    if (decoded === 'too large') return tooManyBytes(role, context.limits.dataBytes);
    if (decoded === 'not base64') return notBase64(role);
    return await askAll(context, path, decoded.bytes);
  });
}

async function judgeRemote(
  context: Context,
  media: HttpsMedia,
  role: Role,
): Promise<Verdict | InspectFailure> {
  const signal = AbortSignal.timeout(context.limits.inspectMs);
  const fetcher = openFetcher(context.network, context.limits);
  try {
    return await context.temporary.withFile(async (path) => {
      const file = await open(path, 'wx');
      try {
        const copy = await openPartialCopy(fetcher, media.url, file, context.limits, signal);
        if (copy === 'too large') return tooManyBytes(role, context.limits.fileBytes);
        const verdict = copy instanceof Refusal ? copy : await askParts(context, path, copy);
        if (!(verdict instanceof Refusal)) return verdict;
        context.log.info({ host: media.url.host, reason: verdict.reason, role }, 'media was not fetched');
        return unreachable(role);
      } finally {
        await file.close();
      }
    });
  } finally {
    await fetcher.close();
  }
}

async function askAll(context: Context, path: string, size: number): Promise<Verdict> {
  if (size === 0) return { kind: 'unknown', why: 'it is empty' };
  return await context.pool.ask({ path, size, present: [{ start: 0, end: size }] });
}

/** Asks again with every part that was found missing; after some rounds, or for much at once, with everything. */
async function askParts(context: Context, path: string, copy: PartialCopy): Promise<Verdict | Refusal> {
  if (copy.size === 0) return { kind: 'unknown', why: 'it is empty' };
  for (let round = 0; ; round += 1) {
    const verdict = await context.pool.ask({ path, size: copy.size, present: copy.present });
    if (verdict.kind !== 'missing' || round > roundsAtMost) return verdict;
    const { start, end } = round === roundsAtMost ? { start: 0, end: copy.size } : verdict.range;
    const refusal = await copy.fetch(start, end);
    if (refusal) return refusal;
  }
}
