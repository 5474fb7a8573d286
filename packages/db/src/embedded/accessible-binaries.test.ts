import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureAccessibleBinaries } from './accessible-binaries.ts';

// Only root runs PostgreSQL as another user.
describe.runIf(process.geteuid?.() === 0)('the programs, for another user', () => {
  const osUser = { uid: 65534, gid: 65534 };
  let parent: string;
  let closed: string;

  /** A tree such as the package's, with a link to a library, under some umask. */
  async function tree(directory: string, umask: number) {
    const before = process.umask(umask);
    await mkdir(join(directory, 'bin'), { recursive: true });
    await mkdir(join(directory, 'lib'));
    await mkdir(join(directory, 'share', 'postgresql'), { recursive: true });
    await writeFile(join(directory, 'bin', 'postgres'), 'program', { mode: 0o777 });
    await writeFile(join(directory, 'share', 'postgresql', 'postgres.bki'), 'catalog');
    await writeFile(join(directory, 'lib', 'libpq.so.5.18'), 'library');
    await symlink('libpq.so.5.18', join(directory, 'lib', 'libpq.so'));
    process.umask(before);
    return { directory, version: '18.4.0', major: '18' };
  }

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'restage-reach-'));
    await chmod(parent, 0o755);
    closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
  });
  afterAll(() => rm(parent, { recursive: true, force: true }));

  test('are used in place when everybody can access them, or when they run as our own user', async () => {
    const open = await tree(join(parent, 'open'), 0o022);
    expect(await ensureAccessibleBinaries(open, osUser, [])).toBe(open);
    const hidden = await tree(join(closed, 'ours'), 0o022);
    expect(await ensureAccessibleBinaries(hidden, undefined, [])).toBe(hidden);
  });

  test.each([
    ['behind a closed directory', 'closed/tree', 0o022],
    ['readable by root alone', 'private', 0o077],
  ])('are copied to a directory that everybody can read when they are %s', async (_, place, umask) => {
    const binaries = await tree(join(parent, place), umask);
    const cache = join(parent, `cache-${umask}`);
    const reached = await ensureAccessibleBinaries(binaries, osUser, [cache]);
    expect(reached).toEqual({ ...binaries, directory: join(cache, 'postgresql-18.4.0') });
    const mode = async (...names: string[]) =>
      (await stat(join(cache, 'postgresql-18.4.0', ...names))).mode & 0o777;
    expect(await mode()).toBe(0o755);
    expect(await mode('bin', 'postgres')).toBe(0o755);
    expect(await mode('share', 'postgresql', 'postgres.bki')).toBe(0o644);
    expect(await readFile(join(cache, 'postgresql-18.4.0', 'lib', 'libpq.so'), 'utf8')).toBe('library');
    expect(await readdir(cache)).toEqual(['postgresql-18.4.0']);
  });

  test('are copied once, even by concurrent starts', async () => {
    const binaries = await tree(join(closed, 'once'), 0o022);
    const cache = join(parent, 'cache-once');
    const starts = [1, 2, 3].map(() => ensureAccessibleBinaries(binaries, osUser, [cache]));
    for (const reached of await Promise.all(starts)) expect(reached).toHaveProperty('major', '18');
    const before = await stat(join(cache, 'postgresql-18.4.0'));
    await ensureAccessibleBinaries(binaries, osUser, [cache]);
    expect((await stat(join(cache, 'postgresql-18.4.0'))).ino).toBe(before.ino);
    expect(await readdir(cache)).toEqual(['postgresql-18.4.0']);
  });

  test('are neither run from nor copied to a directory that others can write', async () => {
    const binaries = await tree(join(closed, 'shared'), 0o022);
    const shared = join(parent, 'shared-cache');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    await tree(join(shared, 'postgresql-18.4.0'), 0o022);
    expect(await ensureAccessibleBinaries(binaries, osUser, [shared])).toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining(`${shared} must be writable by root only`),
    });
    const own = join(parent, 'own-cache');
    expect(await ensureAccessibleBinaries(binaries, osUser, [shared, own])).toMatchObject({
      directory: join(own, 'postgresql-18.4.0'),
    });
  });
});
