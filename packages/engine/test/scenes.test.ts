import { fileURLToPath } from 'node:url';
import { paintPlate, parsePrompt } from '@restage/scenes';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { paintedToPlate } from '../src/composite/backdrop.ts';
import { computeSsim } from './support/ssim.ts';

/** Every place at sunset, of 160 × 90 pixels, four in a row. */
const thumbnails = fileURLToPath(new URL('scenes/places.webp', import.meta.url));
const size = { width: 160, height: 90 };
const places = [
  ...['studio', 'beach', 'sea', 'desert', 'mountains', 'forest', 'meadow', 'tundra'],
  ...['city', 'neon', 'room', 'stage', 'fire', 'space', 'underwater', 'sky'],
];

function paint(prompt: string, width: number, height: number) {
  const plate = paintedToPlate(paintPlate(parsePrompt(prompt), width, height, 7).plate);
  const data = Buffer.from(Uint8ClampedArray.from(plate.codes).buffer);
  return { data, raw: { width: plate.width, height: plate.height, channels: 3 as const } };
}

test.each(places.map((place, index) => ({ place, index })))(
  '$place looks like its thumbnail',
  async ({ place, index }) => {
    const { data, raw } = paint(`${place}, sunset`, 1280, 720);
    const [expected, painted] = await Promise.all([
      sharp(thumbnails)
        .extract({ left: (index % 4) * size.width, top: Math.floor(index / 4) * size.height, ...size })
        .removeAlpha()
        .raw()
        .toBuffer(),
      sharp(data, { raw }).resize(size.width, size.height, { kernel: 'lanczos3' }).raw().toBuffer(),
    ]);
    const similarity = computeSsim({ ...size, data: painted }, { ...size, data: expected });
    expect(similarity).toBeGreaterThan(0.97);
  },
);

test.each(['forest, day, fog', 'city, dusk, storm', 'mountains, night, aurora', 'beach, day, rain'])(
  '“%s” gives the same plate again, whatever was painted in between',
  (prompt) => {
    const first = paint(prompt, 320, 180);
    paint('desert, sunset', 200, 300);
    paint('sea, night, snow', 320, 180);
    expect(paint(prompt, 320, 180)).toEqual(first);
  },
);
