import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Checks a tarball as users will install it: its manifest (publint) and, for a library, that its types resolve wherever
 * its code does (Are The Types Wrong?).
 * @throws with every problem found
 */
export async function checkTarball(path: string, kind: 'library' | 'program'): Promise<void> {
  const tarball = await readFile(path);
  const problems = await lintManifest(tarball);
  if (kind === 'library') problems.push(...(await findTypeProblems(new Uint8Array(tarball))));
  if (problems.length > 0) throw new Error(`The package has problems:\n${problems.join('\n')}`);
}

async function lintManifest(tarball: Buffer): Promise<string[]> {
  const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({
    pack: { tarball: data as ArrayBuffer },
    strict: true,
  });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

async function findTypeProblems(tarball: Uint8Array): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  if (!analysis.types) return ['The package has no types.'];
  return (
    analysis.problems
      // ES modules only, on purpose: Node can `require` one since 20.19.
      .filter(({ kind }) => kind !== 'CJSResolvesToESM')
      // Node 10 does not know `exports`, which declares the subpaths.
      .filter((problem) => !(problem.kind === 'NoResolution' && isNode10Subpath(problem)))
      .map((problem) => JSON.stringify(problem))
  );
}

function isNode10Subpath({ entrypoint, resolutionKind }: { entrypoint: string; resolutionKind: string }) {
  return entrypoint !== '.' && resolutionKind === 'node10';
}
