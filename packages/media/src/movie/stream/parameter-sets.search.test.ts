import { searchRuns } from '@restage/fixtures/searches';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeAvcSet, makeHevcSet, type StreamFormat } from '../../../test/support/movies/configurations.ts';
import { addParameterSet, type ParameterSets } from './parameter-sets.ts';

const none = (): ParameterSets => ({ sequences: new Map(), pictures: new Map() });
const even = fc.nat(24).map((half) => half * 2);
const format: fc.Arbitrary<StreamFormat> = fc.record({
  width: fc.integer({ min: 1, max: 4000 }).map((half) => half * 2),
  height: fc.integer({ min: 1, max: 4000 }).map((half) => half * 2),
  crop: fc.tuple(even, even, even, even),
  pixelAspect: fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 })),
});

describe.each([
  ['h264', makeAvcSet, 16],
  ['hevc', makeHevcSet, 8],
] as const)('a sequence parameter set of %s', (codec, make, block) => {
  test('tells the size of pictures, before and after cropping, and their pixel aspect', () => {
    fc.assert(
      fc.property(format, (one) => {
        const [left, right, top, bottom] = one.crop ?? [0, 0, 0, 0];
        const [width, height] = one.pixelAspect ?? [1, 1];
        expect(addParameterSet(codec, make(one), none())).toEqual({
          id: 0,
          codedWidth: Math.ceil((one.width + left + right) / block) * block,
          codedHeight: Math.ceil((one.height + top + bottom) / block) * block,
          width: one.width,
          height: one.height,
          isCroppedAtOrigin: left > 0 || top > 0,
          pixelAspect: { width, height },
        });
      }),
      { numRuns: searchRuns(200, 10_000) },
    );
  });

  test('that is cut short or changed at any place has an answer', () => {
    const set = make({ width: 640, height: 360, pixelAspect: [4, 3] });
    for (let length = 0; length < set.length; length += 1) {
      const cut = addParameterSet(codec, set.subarray(0, length), none());
      if (cut !== undefined) expect(cut).toMatchObject({ codedWidth: 640, width: 640 });
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(set);
        changed[length] = (changed[length] ?? 0) ^ (1 << bit);
        expect(() => addParameterSet(codec, changed, none())).not.toThrow();
      }
    }
  });
});

test('a set of HEVC for the second eye is passed over', () => {
  const set = makeHevcSet({ width: 640, height: 360 });
  set[1] = 0x09;
  expect(addParameterSet('hevc', set, none())).toBeUndefined();
});
