import { computeTraceIou, readTrace, type TraceName, traces } from '@restage/fixtures/traced';
import { expect, test } from 'vitest';

/** The part of the measured picture that each subject covers. */
const coverage: Readonly<Record<TraceName, number>> = {
  astronaut: 0.535,
  chelsea: 0.787,
  coffee: 0.471,
  rocket: 0.018,
  'cockatoo-0': 0.173,
  'cockatoo-40': 0.378,
  'cockatoo-60': 0.618,
  'cockatoo-119': 0.924,
};

test.for(Object.keys(traces) as TraceName[])('the traced outline %s covers its subject', async (name) => {
  const { width, height, matte, unsure } = await readTrace(name);
  expect(matte).toHaveLength(width * height);
  const measured = matte.filter((_, p) => !unsure[p]);
  const covered = measured.filter((alpha) => alpha > 127).length / measured.length;
  expect(covered).toBeCloseTo(coverage[name], 2);
});

test('a matte agrees with a traced outline by their overlap, and unsure pixels do not count', async () => {
  const trace = await readTrace('cockatoo-0');
  expect(computeTraceIou(trace.matte, trace)).toBe(1);
  const elsewhere = trace.matte.map((alpha, p) => (trace.unsure[p] ? 255 - alpha : alpha));
  expect(computeTraceIou(elsewhere, trace)).toBe(1);
  expect(computeTraceIou(new Uint8Array(trace.matte.length), trace)).toBe(0);
  expect(() => computeTraceIou(new Uint8Array(9), trace)).toThrow('1280×720');
});
