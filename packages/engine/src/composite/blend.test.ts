import { bakeLut, codeSteps, codeToLinear, linearToByte } from '@restage/pixels';
import { expect, test } from 'vitest';
import {
  each,
  lookUpScalar,
  mixed,
  noisyLayers,
  partScalar,
  place,
  readScalar,
  rounded,
  shineScalar,
} from '../../test/support/scalar.ts';
import { createBlend, type Layers } from './blend.ts';
import { getCoarseSize } from './fields.ts';

/** All rows of a blend. */
function blend(layers: Layers, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  const row = createBlend(layers, width, height);
  for (let y = 0; y < height; y++) row(y, out.subarray(y * width * 3, (y + 1) * width * 3));
  return out;
}

const lut = bakeLut([([l, a, b]) => [l * 0.8 + 0.1, a + 0.03, b - 0.04]]);

test.each([
  [37, 23],
  [90, 41],
  [1, 1],
])('a picture of %i × %i is blended to what plain arithmetic gives, every byte', (width, height) => {
  const { bytes, matte, linear, light, colours } = noisyLayers(
    width,
    height,
    getCoarseSize(width, height),
    width,
  );
  const frame = bytes(width * height * 3);
  const plate = bytes(width * height * 3);
  const codes = linear.map((value) => value * 255);
  const backdrop = {
    width,
    height,
    row(y: number, toCodes: Float32Array, toBytes: Uint8Array) {
      toCodes.set(codes.subarray(y * width * 3, (y + 1) * width * 3));
      toBytes.set(plate.subarray(y * width * 3, (y + 1) * width * 3));
    },
  };
  const out = blend({ frame, matte, backdrop, lut, light, colours }, width, height);

  const expected = plate.slice();
  for (let p = 0; p < matte.length; p++) {
    const cover = matte[p] ?? 0;
    if (cover === 0) continue;
    const [x, y] = [p % width, Math.floor(p / width)];
    const alpha = rounded(cover / 255);
    const [subject, behind] = readScalar(colours, width, height, x, y);
    const seen = each((c) => frame[p * 3 + c] ?? 0);
    const lit = shineScalar(
      lookUpScalar(lut, cover < 255 ? partScalar(seen, alpha, subject, behind) : seen),
      ...readScalar(light, width, height, x, y),
    );
    for (const c of [0, 1, 2] as const) {
      const code = rounded(rounded((codes[p * 3 + c] ?? 0) * codeSteps) + 2 ** 23) - 2 ** 23;
      const value = cover < 255 ? mixed(codeToLinear[code] ?? 0, lit[c], alpha) : lit[c];
      expected[p * 3 + c] = linearToByte[place(Math.min(1, Math.max(0, value)))] ?? 0;
    }
  }
  expect(out).toEqual(expected);
});

test('without a matte the whole picture is graded and lit', () => {
  const [width, height] = [33, 12];
  const { bytes, light } = noisyLayers(width, height, getCoarseSize(width, height), 5);
  const frame = bytes(width * height * 3);
  const out = blend(
    { frame, matte: undefined, backdrop: undefined, lut, light, colours: undefined },
    width,
    height,
  );
  const expected = Uint8Array.from(frame, (_, i) => {
    const p = Math.floor(i / 3);
    const seen = each((c) => frame[p * 3 + c] ?? 0);
    const lit = shineScalar(
      lookUpScalar(lut, seen),
      ...readScalar(light, width, height, p % width, Math.floor(p / width)),
    );
    return linearToByte[place(lit[(i % 3) as 0 | 1 | 2])] ?? 0;
  });
  expect(out).toEqual(expected);
});
