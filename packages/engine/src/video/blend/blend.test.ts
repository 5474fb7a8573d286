import { bakeLut, chroma, type Lut, lumaStep } from '@restage/pixels';
import { expect, test } from 'vitest';
import {
  each,
  rounded as f,
  lookUpScalar,
  mixed,
  noisyLayers,
  type Pixel,
  partScalar,
  place,
  readScalar,
  shineScalar,
} from '../../../test/support/scalar.ts';
import { getCoarseSize } from '../../composite/fields.ts';
import { linearToFineCode } from '../../composite/kernels/lookup-tables.ts';
import { createPlanesBlend } from './blend.ts';
import { blueWeights, lumaWeights, redWeights } from './planes-kernel.ts';

const lut = bakeLut([([l, a, b]) => [l * 0.8 + 0.1, a + 0.03, b - 0.04]]);

/** R′G′B′ codes of a luma, given as what it adds, and chroma codes. */
const toRgbCodes = (level: number, cb: number, cr: number): Pixel =>
  each((c) => {
    const tint = f(f((cb - 128) * f(chroma.fromCb[c])) + f((cr - 128) * f(chroma.fromCr[c])));
    return Math.trunc(Math.min(255, Math.max(0, f(f(level + tint) + 0.5))));
  });

/** The cube along luma: 32 steps from black to white. */
function cutScalar(cube: Lut, y: number, cb: number, cr: number): Pixel {
  const exact = Math.max(0, ((y - 16) * 32) / 219 + 2);
  const node = (n: number) => lookUpScalar(cube, toRgbCodes(f((n - 2) * f(255 / 32)), cb, cr));
  const [from, to] = [node(Math.floor(exact)), node(Math.floor(exact) + 1)];
  return each((c) => mixed(from[c], to[c], f(exact - Math.floor(exact))));
}

const weigh = (values: readonly number[], weights: readonly number[]) =>
  values.reduce((sum, value, c) => sum + value * (weights[c] ?? 0), 0);

test.each([
  [38, 22],
  [92, 40],
  [2, 2],
])('planes of %i × %i are blended to what plain arithmetic gives, every byte', (width, height) => {
  const { bytes, matte, linear, light, colours } = noisyLayers(
    width,
    height,
    getCoarseSize(width, height),
    width,
  );
  const size = { width, height };
  const plate = { ...size, data: bytes(width * height * 1.5) };
  const blend = createPlanesBlend(
    size,
    { planes: plate, linear: (y, out) => out.set(linear.subarray(y * width * 3, (y + 1) * width * 3)) },
    lut,
  );
  for (let round = 0; round < 2; round++) {
    const frame = { ...size, data: bytes(width * height * 1.5) };
    const { data } = blend({ frame, matte, fields: { light, colours } });

    const expected = plate.data.slice();
    for (let y = 0; y < height; y += 2) {
      for (let x = 0; x < width; x += 2) {
        const four = [0, 1, width, width + 1].map((step) => y * width + x + step);
        const covers = four.map((p) => matte[p] ?? 0);
        if (covers.every((cover) => cover === 0)) continue;
        const full = covers.every((cover) => cover === 255);
        const u = width * height + (y / 2) * (width / 2) + x / 2;
        const v = u + (width * height) / 4;
        const [cb, cr] = [frame.data[u] ?? 0, frame.data[v] ?? 0];
        const [subject, behind] = readScalar(colours, width, height, x, y);
        const sums = [0, 0, 0];
        for (const [n, p] of four.entries()) {
          const luma = frame.data[p] ?? 0;
          const alpha = f((covers[n] ?? 0) / 255);
          const seen = toRgbCodes(f((luma - 16) * f(lumaStep)), cb, cr);
          const graded = full
            ? cutScalar(lut, luma, cb, cr)
            : lookUpScalar(lut, covers[n] === 255 ? seen : partScalar(seen, alpha, subject, behind));
          const lit = shineScalar(graded, ...readScalar(light, width, height, x, y));
          const fine = each((c) => {
            const value = full ? lit[c] : mixed(linear[p * 3 + c] ?? 0, lit[c], alpha);
            return linearToFineCode[place(Math.min(1, Math.max(0, value)))] ?? 0;
          });
          for (const c of [0, 1, 2]) sums[c] = (sums[c] ?? 0) + (fine[c] ?? 0);
          expected[p] = (weigh(fine, lumaWeights) + 16.5 * 2 ** 23) / 2 ** 23;
        }
        expected[u] = (weigh(sums, blueWeights) + 128.5 * 2 ** 23) / 2 ** 23;
        expected[v] = (weigh(sums, redWeights) + 128.5 * 2 ** 23) / 2 ** 23;
      }
    }
    expect(data).toEqual(expected);
  }
});

test('a whole frame that nothing is done to comes back, within half a code on average', () => {
  const [width, height] = [64, 48];
  const size = { width, height };
  const data = new Uint8Array(width * height * 1.5).fill(120, width * height);
  for (let p = 0; p < width * height; p++) data[p] = 16 + Math.floor((p * 219) / (width * height));
  const coarse = { ...getCoarseSize(width, height), channels: 8 };
  const light = {
    ...coarse,
    data: Float32Array.from({ length: coarse.width * coarse.height * 8 }, (_, i) => (i % 8 < 4 ? 1 : 0)),
  };
  const backdrop = { planes: { ...size, data }, linear: (_: number, out: Float32Array) => out.fill(0) };
  const blend = createPlanesBlend(size, backdrop, bakeLut([]));
  const out = blend({ frame: { ...size, data }, matte: undefined, fields: { light, colours: undefined } });
  // Above linear 0.8 the shoulder bends, on purpose.
  const shown = Math.floor(width * height * 0.85);
  const errors = Array.from({ length: shown }, (_, p) => Math.abs((out.data[p] ?? 0) - (data[p] ?? 0)));
  expect(errors.reduce((sum, error) => sum + error, 0) / shown).toBeLessThan(0.5);
  expect(Math.max(...errors)).toBeLessThan(6);
});
