import { type FootageName, footagePath } from '@restage/fixtures/footage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from '../support/media.ts';

let media: TestMedia;
beforeAll(async () => {
  media = await openTestMedia();
});
afterAll(() => media.close());

test.each<[FootageName, object]>([
  ['cockatoo.mp4', { width: 1280, height: 720, frames: 280, codec: 'h264' }],
  // The first of its two video tracks, which players show.
  ['nasa.mp4', { width: 320, height: 180, frames: 325, codec: 'h264' }],
  ['video-h265.mp4', { width: 1920, height: 1080, frames: 300, codec: 'hevc' }],
  ['astronaut.png', { width: 512, height: 512, frames: 1 }],
  ['rocket.jpg', { width: 640, height: 427, frames: 1 }],
])('%s is probed correctly', async (name, expected) => {
  const location = { kind: 'file', path: footagePath(name) } as const;
  expect(await media.media.inspect(location, 'source')).toMatchObject(expected);
});
