import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const migrations = 'packages/db/migrations';

/** An earlier version of the repository, installed beside this one. */
export interface PreviousVersion {
  readonly commit: string;
  /** The program of its server. */
  readonly program: string;
}

/**
 * Installs the version that RESTAGE_UPGRADE_FROM names, or else the last one before the newest migration, in a folder.
 * @param folder for it, and for the history if this clone is shallow
 * @returns why there is none: this is no clone, or a shallow one whose origin can't be read
 */
export async function installPreviousVersion(folder: string): Promise<PreviousVersion | string> {
  const found = await findPreviousVersion(folder);
  if (typeof found === 'string') return found;
  const [directory, archive] = [join(folder, 'previous'), join(folder, 'previous.tar')];
  await mkdir(directory);
  await git(found.repository, 'archive', `--output=${archive}`, found.commit);
  await run('tar', ['-xf', archive, '-C', directory]);
  await run('npx', ['-y', 'pnpm@12', 'install', '--frozen-lockfile', '--prefer-offline'], { cwd: directory });
  return { commit: found.commit, program: join(directory, 'apps/server/src/cli.ts') };
}

async function findPreviousVersion(folder: string) {
  if ((await git(root, 'rev-parse', '--show-prefix').catch(() => 'none')) !== '') {
    return 'this is no clone, so it has no earlier version.';
  }
  const named = process.env.RESTAGE_UPGRADE_FROM;
  if (named) return { repository: root, commit: await git(root, 'rev-parse', `${named}^{commit}`) };
  const newest = (await readdir(join(root, migrations))).filter((name) => name.endsWith('.sql')).sort();
  const path = `${migrations}/${newest.at(-1)}`;
  let repository = root;
  if ((await git(root, 'rev-parse', '--is-shallow-repository')) === 'true') {
    repository = join(folder, 'history.git');
    try {
      const origin = await git(root, 'remote', 'get-url', 'origin');
      await git(root, 'clone', '--quiet', '--bare', origin, repository);
    } catch {
      return 'this clone is shallow, and its origin can’t be read. Run git fetch --unshallow.';
    }
  }
  // The first commit of a shallow clone would seem to add every file; its origin may be ahead of it.
  const range = repository === root ? 'HEAD' : '--all';
  const added = await git(repository, 'log', range, '-1', '--diff-filter=A', '--format=%H', '--', path);
  // A migration that is not committed, or not pushed.
  if (added === '') return { repository: root, commit: await git(root, 'rev-parse', 'HEAD') };
  return { repository, commit: await git(repository, 'rev-parse', `${added}^`) };
}

async function git(repository: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  return (await run('git', ['-C', repository, ...args], { env })).stdout.trim();
}
