import { rm, writeFile } from 'node:fs/promises';
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

test('a file is probed once for each version, and each time if it has none', async () => {
  const { path } = await testMedia.file('stored', Buffer.from('one'));
  const probeWidth = async (version?: string) => {
    const location = { kind: 'file', path, ...(version !== undefined && { version }) } as const;
    const found = await testMedia.media.inspect(location, 'source');
    return 'width' in found ? found.width : found.code;
  };
  expect(await probeWidth('1')).toBe(1);
  expect(await probeWidth('1')).toBe(1);
  // What may be written in place is always looked at.
  expect(await probeWidth()).toBe(2);
  expect(await probeWidth('2')).toBe(3);
  expect(await probeWidth('2')).toBe(3);
  await rm(path);
  expect(await probeWidth('2')).toBe('SOURCE_UNREACHABLE');
});

test('a file in a store is probed once for each version', async () => {
  let reads = 0;
  const read = async () => {
    reads += 1;
    return new Blob(['one']).stream();
  };
  const probeWidth = async (version: string) => {
    const found = await testMedia.media.inspect({ kind: 'stored', size: 3, version, read }, 'source');
    return 'width' in found ? found.width : found.code;
  };
  const first = await probeWidth('a');
  expect(first).toBeTypeOf('number');
  expect(await probeWidth('a')).toBe(first);
  expect(reads).toBe(1);
  expect(await probeWidth('b')).not.toBe(first);
});
