import { expect, test } from 'vitest';
import { toParts, withRow } from './row-parts.ts';

test('what is out of sight leaves the room of its rows', () => {
  expect(toParts([2, 3, 7], 10)).toMatchObject([
    { gap: 2 },
    { index: 2 },
    { index: 3 },
    { gap: 3 },
    { index: 7 },
    { gap: 2 },
  ]);
  expect(toParts([0, 1], 2)).toEqual([{ index: 0 }, { index: 1 }]);
  expect(toParts([0, 1, 2], 2)).toEqual([{ index: 0 }, { index: 1 }]);
  expect(toParts([], 3)).toMatchObject([{ gap: 3 }]);
});

test('the row with the focus is kept among those in sight, in its place', () => {
  expect(withRow([4, 5], 1, 9)).toEqual([1, 4, 5]);
  expect(withRow([4, 5], 4, 9)).toEqual([4, 5]);
  expect(withRow([4, 5], 9, 9)).toEqual([4, 5]);
  expect(withRow([4, 5], undefined, 9)).toEqual([4, 5]);
});
