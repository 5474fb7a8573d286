import { expect, test } from 'vitest';
import { byteOfLinear, linearOfByte, linearSteps } from '../colour/srgb.ts';
import { createGrid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import { cleanPlateOf } from './clean-plate.ts';
import { differ } from './difference.ts';

const [width, height] = [160, 90];
const random = randomFrom(3);
const wall = Uint8Array.from({ length: width * height * 3 }, () => 90 + Math.round(random() * 60));

/** A frame of a bright disc before the wall with a thin line below it, and how much of each pixel they cover. */
function frameAt(x: number) {
  const codes = wall.slice();
  const covered = new Float32Array(width * height);
  for (let p = 0; p < covered.length; p++) {
    const [u, v] = [p % width, Math.floor(p / width)];
    const disc = Math.max(0, Math.min(1, 18.5 - Math.hypot(u - x, v - 30)));
    const line = u === x && v > 40 && v < 80 ? 1 : 0;
    covered[p] = Math.max(disc, line);
    for (let c = 0; c < 3; c++) {
      const [back, front] = [wall[p * 3 + c] as number, [240, 60, 40][c] as number].map(
        (code) => linearOfByte[code] as number,
      ) as [number, number];
      codes[p * 3 + c] = byteOfLinear[
        Math.round((back + (front - back) * (covered[p] as number)) * linearSteps)
      ] as number;
    }
  }
  const channel = (at: number) => ({ at, row: width * 3, step: 3, shift: 0 }) as const;
  return {
    frame: { width, height, codes, channels: [channel(0), channel(1), channel(2)] as const },
    covered,
  };
}

/** Samples of the disc at three places; where it is, the plate behind it is hidden. */
const sightings = [30, 80, 130].map((x) => ({
  codes: frameAt(x).frame,
  way: undefined,
  clear: {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, p) => (Math.abs((p % width) - x) > 22 ? 1 : 0)),
  },
}));

test('a clean plate shows what the subject hid in each of its samples', () => {
  const { codes, known } = cleanPlateOf(sightings);
  expect(known.every((one) => one === 1)).toBe(true);
  expect(codes).toEqual(wall);
});

test('a difference matte has the edge of the subject, and what is thin and joins it, that the cut has not', () => {
  const { frame, covered } = frameAt(100);
  const cut = createGrid(40, 22, 1);
  for (let p = 0; p < cut.data.length; p++)
    if (Math.hypot((p % 40) * 4 + 2 - 100, Math.floor(p / 40) * 4 + 2 - 30) < 14) cut.data[p] = 1;
  const matte = new Uint8Array(width * height);
  expect(differ(matte, frame, cut, cleanPlateOf(sightings), undefined)).toBeDefined();
  let error = 0;
  for (let p = 0; p < matte.length; p++)
    error += Math.abs((matte[p] as number) / 255 - (covered[p] as number));
  expect(error / covered.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.05);
  expect(matte[60 * width + 100]).toBeGreaterThan(200);
});

test('a frame that does not lie on the plate is left as it was', () => {
  const { frame } = frameAt(100);
  const other = { ...frame, codes: frame.codes.map((code) => 255 - code) };
  const cut = createGrid(40, 22, 1);
  cut.data.fill(1, 400, 410);
  const matte = new Uint8Array(width * height).fill(7);
  expect(differ(matte, other, cut, cleanPlateOf(sightings), undefined)).toBeUndefined();
  expect(matte.every((value) => value === 7)).toBe(true);
});
