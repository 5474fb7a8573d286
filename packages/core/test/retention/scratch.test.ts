import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { testWorld } from '@restage/api/testing/suite';
import { expect, test } from 'vitest';
import { outputName, RenderFolders, removeRenderFolder } from '../../src/retention/scratch.ts';

const { ctx } = await testWorld();
const there = () => readdir(ctx.settings.workDirectory);

test('folders for renders are made ahead, taken once, and removed where nobody takes them', async () => {
  const folders = new RenderFolders(ctx);
  folders.make();
  folders.make();
  const taken = await folders.take();
  if (!taken) throw new Error('none was made');
  await taken.made;
  expect(await readdir(taken.path)).toEqual([outputName]);
  await folders.clear();
  expect(await folders.take()).toBeUndefined();
  expect((await there()).map((name) => join(ctx.settings.workDirectory, name))).toEqual([taken.path]);
  await removeRenderFolder(taken);
  expect(await there()).toEqual([]);
});

test('a folder that has waited so long that it may be swept is not used', async () => {
  let now = ctx.now();
  const folders = new RenderFolders({ ...ctx, now: () => now });
  folders.make();
  now += 3_600_000;
  folders.make();
  const taken = await folders.take();
  expect(taken?.since).toBe(now);
  await taken?.made;
  expect(await there()).toHaveLength(1);
  if (taken) await removeRenderFolder(taken);
});

test('that a folder can’t be made is heard by whoever takes it', async () => {
  const settings = { ...ctx.settings, workDirectory: '/dev/null/work' };
  const folders = new RenderFolders({ ...ctx, settings });
  folders.make();
  const taken = await folders.take();
  await expect(taken?.made).rejects.toThrow('ENOTDIR');
});
