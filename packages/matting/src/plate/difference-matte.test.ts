import { byteToLinear, createGrid, createRandom, linearSteps, linearToByte } from '@restage/pixels';
import { expect, test } from 'vitest';
import { buildCleanPlate } from './clean-plate.ts';
import { computeDifferenceMatte } from './difference-matte.ts';

const [width, height] = [160, 90];
const random = createRandom(3);
const wall = Uint8Array.from({ length: width * height * 3 }, () => 90 + Math.round(random() * 60));

/** A frame of a bright disc before the wall with a thin line below it, and how much of each pixel they cover. */
function drawFrame(x: number) {
  const codes = wall.slice();
  const coverage = new Float32Array(width * height);
  for (let p = 0; p < coverage.length; p++) {
    const [u, v] = [p % width, Math.floor(p / width)];
    const disc = Math.max(0, Math.min(1, 18.5 - Math.hypot(u - x, v - 30)));
    const line = u === x && v > 40 && v < 80 ? 1 : 0;
    coverage[p] = Math.max(disc, line);
    for (let c = 0; c < 3; c++) {
      const [back, front] = [wall[p * 3 + c] as number, [240, 60, 40][c] as number].map(
        (code) => byteToLinear[code] as number,
      ) as [number, number];
      codes[p * 3 + c] = linearToByte[
        Math.round((back + (front - back) * (coverage[p] as number)) * linearSteps)
      ] as number;
    }
  }
  const channel = (at: number) => ({ at, row: width * 3, step: 3, shift: 0 }) as const;
  return {
    frame: { width, height, codes, channels: [channel(0), channel(1), channel(2)] as const },
    coverage,
  };
}

/** Samples of the disc at three places; where it is, the plate behind it is hidden. */
const plateSamples = [30, 80, 130].map((x) => ({
  codes: drawFrame(x).frame,
  transform: undefined,
  unoccluded: {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, p) => (Math.abs((p % width) - x) > 22 ? 1 : 0)),
  },
}));

test('a clean plate shows what the subject hides in each sample', () => {
  const { codes, known } = buildCleanPlate(plateSamples);
  expect(known.every((one) => one === 1)).toBe(true);
  expect(codes).toEqual(wall);
});

test('a difference matte has the subject’s edge and the thin parts that the coarse matte misses', () => {
  const { frame, coverage } = drawFrame(100);
  const cut = createGrid(40, 22, 1);
  for (let p = 0; p < cut.data.length; p++)
    if (Math.hypot((p % 40) * 4 + 2 - 100, Math.floor(p / 40) * 4 + 2 - 30) < 14) cut.data[p] = 1;
  const matte = new Uint8Array(width * height);
  expect(computeDifferenceMatte(matte, frame, cut, buildCleanPlate(plateSamples), undefined)).toBeDefined();
  let error = 0;
  for (let p = 0; p < matte.length; p++)
    error += Math.abs((matte[p] as number) / 255 - (coverage[p] as number));
  expect(error / coverage.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.05);
  expect(matte[60 * width + 100]).toBeGreaterThan(200);
});

test('a frame that does not align with the plate keeps its matte', () => {
  const { frame } = drawFrame(100);
  const other = { ...frame, codes: frame.codes.map((code) => 255 - code) };
  const cut = createGrid(40, 22, 1);
  cut.data.fill(1, 400, 410);
  const matte = new Uint8Array(width * height).fill(7);
  expect(computeDifferenceMatte(matte, other, cut, buildCleanPlate(plateSamples), undefined)).toBeUndefined();
  expect(matte.every((value) => value === 7)).toBe(true);
});
