import { mkdir, mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureLibraryLinks } from './library-links.ts';

let directory: string;
const binaries = () => ({ directory, version: '18.4.0', major: '18' });
const list = (links: { source: string; target: string }[]) =>
  writeFile(join(directory, 'pg-symlinks.json'), JSON.stringify(links));

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'restage-links-')), 'native');
  await mkdir(join(directory, 'lib'), { recursive: true });
  await writeFile(join(directory, 'lib/libpq.so.5.18'), 'library');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

test('the libraries that an install without scripts left out get their links', async () => {
  await list([
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  ]);
  await symlink('libpq.so.5.18', join(directory, 'lib/libpq.so'));
  expect(await ensureLibraryLinks(binaries())).toBeUndefined();
  expect(await readlink(join(directory, 'lib/libpq.so.5'))).toBe('libpq.so.5.18');
  expect(await ensureLibraryLinks(binaries())).toBeUndefined();
});

test('a package without a list of links needs none', async () => {
  expect(await ensureLibraryLinks(binaries())).toBeUndefined();
});

test('a link that can’t be created is a failure that names it', async () => {
  await list([{ source: 'native/lib/libpq.so.5.18', target: 'native/missing/libpq.so.5' }]);
  expect(await ensureLibraryLinks(binaries())).toMatchObject({
    code: 'DATABASE_UNUSABLE',
    message: expect.stringMatching(/missing\/libpq\.so\.5 is missing.*\(ENOENT\)/),
  });
});
