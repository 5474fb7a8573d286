import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTemporaryDirectory } from './temporary.ts';

const hour = 3600 * 1000;
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'restage-temporary-test-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function leave(name: string, ageMs: number): Promise<void> {
  await mkdir(join(parent, name));
  await writeFile(join(parent, name, 'left'), 'x');
  const then = new Date(Date.now() - ageMs);
  await utimes(join(parent, name), then, then);
}

test('withFile removes the file after the call, also when the call throws', async () => {
  const temporary = await openTemporaryDirectory(parent);
  const write = async (path: string) => {
    await writeFile(path, 'x');
    expect((await readdir(parent, { recursive: true })).length).toBe(2);
  };
  await temporary.withFile(write);
  await expect(
    temporary.withFile(async (path) => {
      await write(path);
      throw new Error('on purpose');
    }),
  ).rejects.toThrow('on purpose');
  expect((await readdir(parent, { recursive: true })).length).toBe(1);
  await temporary.remove();
  expect(await readdir(parent)).toEqual([]);
});

test('openTemporaryDirectory removes directories of dead processes and nothing else', async () => {
  const ours = `media-${hostname()}`;
  const old = 25 * hour;
  await leave(`${ours}-999999999-AAAAAA`, 0);
  await leave(`${ours}-${process.pid}-BBBBBB`, hour);
  await leave(`${ours}-${process.pid}-CCCCCC`, 0);
  await leave(`${ours}-${process.ppid}-DDDDDD`, hour);
  await leave('media-another-host-1-EEEEEE', old);
  await leave('media-another-host-1-FFFFFF', hour);
  await leave('something else', old);
  const temporary = await openTemporaryDirectory(parent);
  const left = new Set(['CCCCCC', 'DDDDDD', 'FFFFFF', 'AAAAAA', 'BBBBBB', 'EEEEEE', 'g else']);
  const kept = (await readdir(parent)).filter((name) => left.has(name.slice(-6)));
  expect(kept.map((name) => name.slice(-6)).sort()).toEqual(['CCCCCC', 'DDDDDD', 'FFFFFF', 'g else']);
  await temporary.remove();
});
