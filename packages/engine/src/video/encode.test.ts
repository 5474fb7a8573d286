import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rational } from 'node-av/lib';
import { expect, test } from 'vitest';
import { randomFrom } from '../math/random.ts';
import { folder } from '../test-kit.ts';
import { createWriter } from './encode.ts';
import { createPlanes } from './planes.ts';

/** Six frames of noise, all in the same memory, which `between` may change while a frame is being encoded. */
async function written(between: (data: Uint8Array) => void): Promise<Buffer> {
  const path = join(folder(), 'video.mp4');
  const writer = await createWriter(path, {
    width: 320,
    height: 180,
    timeBase: new Rational(1, 25),
    frameRate: new Rational(25, 1),
    preset: 'veryfast',
    quality: 18,
  });
  const random = randomFrom(5);
  const planes = createPlanes(320, 180);
  for (let frame = 0; frame < 6; frame++) {
    for (let i = 0; i < planes.data.length; i++) planes.data[i] = 60 + random() * 120;
    const done = writer.write(planes, BigInt(frame), 1n);
    between(planes.data);
    await done;
  }
  await writer.finish();
  await writer.close();
  return readFileSync(path);
}

test('a frame may be changed as soon as it has been handed over', async () => {
  const expected = await written(() => {});
  const changed = await written((data) => data.fill(16));
  expect(changed.equals(expected)).toBe(true);
});
