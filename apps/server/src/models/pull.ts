import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failWith } from '@restage/errors';
import { download, getSize, type OnProgress } from './download.ts';
import { type NetworkFailure, storageFailure } from './failure.ts';
import { getKnownNetwork, type NetworkName } from './known-networks.ts';
import { findInstalledFiles, getInstalledFile, getPartialPath } from './store.ts';

interface PullOptions {
  /** A URL or the path of a file; default: the publisher's URL. */
  readonly from?: string | undefined;
  /** The SHA-256 that the file must have, instead of the known one. */
  readonly sha256?: string | undefined;
  readonly onProgress: OnProgress;
}

/** A network that is installed. */
interface PulledNetwork {
  /** The name of its file in the folder. */
  readonly file: string;
  readonly sha256: string;
  /** False if it was there already. */
  readonly isNew: boolean;
}

/** Gets a network's file, checks it, and puts it into the folder in one step. */
export async function pullNetwork(
  directory: string,
  name: NetworkName,
  { from = getKnownNetwork(name).url, sha256, onProgress }: PullOptions,
): Promise<PulledNetwork | NetworkFailure> {
  for (const file of await findInstalledFiles(directory, name)) {
    const digests = await computeDigests(join(directory, file));
    if (checkDigests(name, digests, sha256) === undefined)
      return { file, sha256: digests.sha256, isNew: false };
  }
  const partial = getPartialPath(directory, name);
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    return storageFailure(directory, error);
  }
  const isContinued = (await getSize(partial)) > 0;
  const bytes = sha256 === undefined ? getKnownNetwork(name).bytes : undefined;
  const failure = await fetchFile(from, partial, bytes, onProgress);
  if (failure) return failure;
  const digests = await computeDigests(partial);
  const mismatch = checkDigests(name, digests, sha256);
  if (mismatch !== undefined) {
    await rm(partial);
    // Its beginning may be of another file.
    if (isContinued) return pullNetwork(directory, name, { from, sha256, onProgress });
    return failWith('CHECKSUM_MISMATCH', `${from} is not ${name}: ${mismatch} Nothing was installed.`);
  }
  return install(directory, name, partial, digests.sha256);
}

async function install(
  directory: string,
  name: NetworkName,
  partial: string,
  sha256: string,
): Promise<PulledNetwork> {
  const older = await findInstalledFiles(directory, name);
  const file = getInstalledFile(name, sha256);
  await rename(partial, join(directory, file));
  for (const each of older) if (each !== file) await rm(join(directory, each), { force: true });
  return { file, sha256, isNew: true };
}

async function fetchFile(
  from: string,
  partial: string,
  bytes: number | undefined,
  onProgress: OnProgress,
): Promise<NetworkFailure | undefined> {
  if (/^https?:\/\//i.test(from)) {
    if ((await getSize(partial)) > (bytes ?? Number.POSITIVE_INFINITY)) await rm(partial);
    return download({ url: from, path: partial, bytes, onProgress });
  }
  try {
    await pipeline(createReadStream(resolve(from)), createWriteStream(partial));
    return undefined;
  } catch (error) {
    await rm(partial, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') return storageFailure(partial, error);
    return failWith('FILE_UNUSABLE', `${from} can't be copied (${code}).`);
  }
}

interface Digests {
  readonly bytes: number;
  readonly sha256: string;
  readonly md5: string;
}

async function computeDigests(path: string): Promise<Digests> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** What is wrong with a file; undefined if it is the network's. `wanted` replaces the known checksums. */
function checkDigests(name: NetworkName, digests: Digests, wanted: string | undefined): string | undefined {
  const known = getKnownNetwork(name);
  if (wanted === undefined && digests.bytes !== known.bytes) {
    return `it must have ${known.bytes} bytes; it has ${digests.bytes}.`;
  }
  const sha256 = wanted ?? known.sha256;
  if (sha256 !== undefined && digests.sha256 !== sha256) {
    return `its SHA-256 must be ${sha256}; it is ${digests.sha256}.`;
  }
  if (wanted === undefined && digests.md5 !== known.md5) {
    return `its MD5 must be ${known.md5}; it is ${digests.md5}.`;
  }
  return undefined;
}
