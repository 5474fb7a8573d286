import { expect, test } from 'vitest';
import { bakeLut, lookUp } from '../colour/lut.ts';
import { codeOfLinear, linearSteps } from '../colour/srgb.ts';
import { randomFrom } from '../math/random.ts';
import { createLines, lineNode, lineRest } from './lines.ts';
import { codesAt } from './planes.ts';

test('a line gives what the cube gives, within half a code on average', () => {
  const lut = bakeLut([([l, a, b]) => [l * 0.8 + 0.05, a + 0.03, b - 0.02]]);
  const lines = createLines(lut);
  const random = randomFrom(8);
  const rgb = new Uint8Array(3);
  const expected = new Float32Array(3);
  const code = (linear: number) => codeOfLinear[Math.round(linear * linearSteps)] ?? 0;
  let [sum, most, count] = [0, 0, 0];
  for (let n = 0; n < 30_000; n++) {
    const [y, cb, cr] = [16 + random() * 220, 96 + random() * 64, 96 + random() * 64].map(Math.floor) as [
      number,
      number,
      number,
    ];
    codesAt(Uint8Array.of(y, cb, cr), 0, 1, 2, rgb);
    lookUp(lut, rgb[0] ?? 0, rgb[1] ?? 0, rgb[2] ?? 0, expected);
    const node = lines.at(cb, cr) + (lineNode[y] ?? 0);
    for (let c = 0; c < 3; c++) {
      const [from, to] = [lines.data[node + c] ?? 0, lines.data[node + 3 + c] ?? 0];
      const error = Math.abs(code(from + (to - from) * (lineRest[y] ?? 0)) - code(expected[c] ?? 0));
      sum += error;
      most = Math.max(most, error);
      count++;
    }
  }
  expect(sum / count).toBeLessThan(0.5);
  expect(most).toBeLessThan(6);
});
