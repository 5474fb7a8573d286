import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from '../support/media.ts';

/** Media whose child says of every picture that it is as wide as the child has been asked requests. */
let testMedia: TestMedia;
beforeAll(async () => {
  const place = await openTestMedia();
  const script = join(place.directory, 'counting.mjs');
  const probe = "{ type: 'image', format: 'png', width: asked, height: 1, frames: 1, bytes: 1 }";
  await writeFile(
    script,
    `let asked = 0;
    process.on('message', () => {
      asked += 1;
      process.send({ result: { kind: 'probed', probe: ${probe} }, cpuMilliseconds: 1 });
    });
    process.send('ready');`,
  );
  const counting = await openTestMedia(undefined, { workers: 1, workerScript: script });
  testMedia = { ...counting, close: () => Promise.all([counting.close(), place.close()]).then(() => {}) };
});
afterAll(() => testMedia.close());

test('a stored file is probed once, and again after it was replaced', async () => {
  const { path } = await testMedia.file('stored', Buffer.from('one'));
  const probeWidth = async (stored: boolean) => {
    const found = await testMedia.media.inspect({ kind: 'file', path, stored }, 'source');
    return 'width' in found ? found.width : found.code;
  };
  expect(await probeWidth(true)).toBe(1);
  expect(await probeWidth(true)).toBe(1);
  // What may be written in place is always looked at.
  expect(await probeWidth(false)).toBe(2);
  const { path: other } = await testMedia.file('other', Buffer.from('two'));
  await rename(other, path);
  expect(await probeWidth(true)).toBe(3);
  expect(await probeWidth(true)).toBe(3);
  await rm(path);
  expect(await probeWidth(true)).toBe('SOURCE_UNREACHABLE');
});
