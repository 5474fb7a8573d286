import { expect, test } from 'vitest';
import { bakeLut } from '../colour/lut.ts';
import { byteOfLinear } from '../colour/srgb.ts';
import { coarseSize } from '../light/fields.ts';
import { gridPlate } from './backdrop.ts';
import { blend } from './blend.ts';
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
} from './scalar-kit.ts';

const lut = bakeLut([([l, a, b]) => [l * 0.8 + 0.1, a + 0.03, b - 0.04]]);

test.each([
  [37, 23],
  [90, 41],
  [1, 1],
])('a picture of %i × %i is blended to what plain arithmetic gives, every byte', (width, height) => {
  const { bytes, matte, linear, light, colours } = noisyLayers(
    width,
    height,
    coarseSize(width, height),
    width,
  );
  const frame = bytes(width * height * 3);
  const plate = bytes(width * height * 3);
  const out = new Uint8Array(frame.length);
  blend(
    {
      frame,
      matte,
      backdrop: { plate: gridPlate({ width, height, channels: 3, data: linear }), bytes: plate },
      lut,
      light,
      colours,
    },
    width,
    height,
    out,
  );

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
      const value = cover < 255 ? mixed(linear[p * 3 + c] ?? 0, lit[c], alpha) : lit[c];
      expected[p * 3 + c] = byteOfLinear[place(Math.min(1, Math.max(0, value)))] ?? 0;
    }
  }
  expect(out).toEqual(expected);
});

test('without a matte the whole picture is graded and lit', () => {
  const [width, height] = [33, 12];
  const { bytes, light } = noisyLayers(width, height, coarseSize(width, height), 5);
  const frame = bytes(width * height * 3);
  const out = new Uint8Array(frame.length);
  blend({ frame, matte: undefined, backdrop: undefined, lut, light, colours: undefined }, width, height, out);
  const expected = Uint8Array.from(frame, (_, i) => {
    const p = Math.floor(i / 3);
    const seen = each((c) => frame[p * 3 + c] ?? 0);
    const lit = shineScalar(
      lookUpScalar(lut, seen),
      ...readScalar(light, width, height, p % width, Math.floor(p / width)),
    );
    return byteOfLinear[place(lit[(i % 3) as 0 | 1 | 2])] ?? 0;
  });
  expect(out).toEqual(expected);
});
