import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Checks a tarball as others will install it: what it says of itself (publint) and, for a library, that its types
 * resolve wherever its code does (are the types wrong).
 * @throws with all that is wrong
 */
export async function checkTarball(path: string, kind: 'library' | 'program'): Promise<void> {
  const tarball = await readFile(path);
  const complaints = await lint(tarball);
  if (kind === 'library') complaints.push(...(await misTyped(new Uint8Array(tarball))));
  if (complaints.length > 0) throw new Error(`The package is not sound:\n${complaints.join('\n')}`);
}

async function lint(tarball: Buffer): Promise<string[]> {
  const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({
    pack: { tarball: data as ArrayBuffer },
    strict: true,
  });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

async function misTyped(tarball: Uint8Array): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  if (!analysis.types) return ['There are no types.'];
  return (
    analysis.problems
      // An ES module alone is what is meant: Node requires one since 20.19.
      .filter(({ kind }) => kind !== 'CJSResolvesToESM')
      // Subpaths are by `exports`, which came after Node 10.
      .filter((problem) => !(problem.kind === 'NoResolution' && isNode10Subpath(problem)))
      .map((problem) => JSON.stringify(problem))
  );
}

function isNode10Subpath({ entrypoint, resolutionKind }: { entrypoint: string; resolutionKind: string }) {
  return entrypoint !== '.' && resolutionKind === 'node10';
}
