import { createGrid, createNoise, createRandom } from '@restage/pixels';
import { expect, test } from 'vitest';
import { parsePrompt } from '../parse-prompt.ts';
import { createSky } from '../sky.ts';
import { forEachRow, type PaintContext, sampleField } from './context.ts';

function createContext(width: number, height: number): PaintContext {
  const [random, aspect, parsed] = [createRandom(1), width / height, parsePrompt('')];
  const sky = createSky(parsed, 'day', aspect, random);
  return { canvas: createGrid(width, height, 3), aspect, random, noise: createNoise(random), sky, parsed };
}

test.each([
  { width: 1280, height: 720, step: 1, rowStep: 4 },
  { width: 962, height: 541, step: 6, rowStep: 1 },
  { width: 541, height: 962, step: 5, rowStep: 3 },
])(
  'a linear function sampled by $step and $rowStep has its own values at every pixel of $width × $height',
  ({ width, height, ...steps }) => {
    const context = createContext(width, height);
    const field = sampleField(context, { top: 0.3, bottom: 0.9, ...steps, channels: 2 }, (x, y, out, at) => {
      out[at] = x + y;
      out[at + 1] = x - y;
    });
    let error = 0;
    forEachRow(context, 0.3, 0.9, (y, row) => {
      const values = field.row(row);
      for (let column = 0; column < width; column++) {
        const x = (column + 0.5) / height;
        const [sum = Number.NaN, difference = Number.NaN] = values.subarray(column * 2, column * 2 + 2);
        error = Math.max(error, Math.abs(sum - x - y), Math.abs(difference - x + y));
      }
    });
    expect(error).toBeLessThan(1e-5);
  },
);
