import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPlanes, createRandom, type Planes } from '@restage/pixels';
import { Rational } from 'node-av/lib';
import { expect, test } from 'vitest';
import { createFolder } from '../../test/support/files.ts';
import { drawWaves } from '../../test/support/waves.ts';
import { createWriter } from './encode.ts';

/** Encodes frames. `between` may change one as soon as it has been handed over. */
async function encode(
  frames: Iterable<Planes>,
  between: (planes: Planes) => void = () => {},
): Promise<Buffer> {
  const path = join(createFolder(), 'video.mp4');
  const [first] = frames;
  if (first === undefined) throw new Error('no frame to encode');
  const writer = await createWriter(path, {
    width: first.width,
    height: first.height,
    timeBase: new Rational(1, 25),
    frameRate: new Rational(25, 1),
    preset: 'veryfast',
    quality: 21,
  });
  let pts = 0n;
  for (const planes of frames) {
    const done = writer.write(planes, pts++, 1n);
    between(planes);
    await done;
  }
  await writer.finish();
  await writer.close();
  return readFileSync(path);
}

/** Six frames of noise. */
function drawNoise(): readonly Planes[] {
  const random = createRandom(5);
  return Array.from({ length: 6 }, () => {
    const planes = createPlanes(320, 180);
    for (let i = 0; i < planes.data.length; i++) planes.data[i] = 60 + random() * 120;
    return planes;
  });
}

test('a frame may be changed as soon as it has been handed over', async () => {
  const expected = await encode(drawNoise());
  const changed = await encode(drawNoise(), ({ data }) => data.fill(16));
  expect(changed.equals(expected)).toBe(true);
});

test('the same frames give the same bytes, 16 times', async () => {
  const frames = drawWaves(336, 256, 16);
  const expected = await encode(frames);
  for (let run = 1; run < 16; run++) expect((await encode(frames)).equals(expected), `run ${run}`).toBe(true);
});
