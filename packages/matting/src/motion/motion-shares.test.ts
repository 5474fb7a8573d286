import { createGrid, type Grid } from '@restage/pixels';
import { expect, test } from 'vitest';
import { dropStillParts, rateSubject } from './motion-shares.ts';

/** A grid whose cells are drawn as `#` for 1 and `.` for 0. */
function draw(...rows: string[]): Grid {
  const grid = createGrid(rows[0]?.length ?? 0, rows.length, 1);
  grid.data.set([...rows.join('')].map((cell) => (cell === '#' ? 1 : 0)));
  return grid;
}

test('a separate part that does not move is dropped, and one that moves somewhere is kept whole', () => {
  const labels = draw('##..##', '##..##', '......', '######');
  const movement = draw('#.....', '......', '......', '.....#');
  expect(dropStillParts(labels, movement)).toEqual(draw('##....', '##....', '......', '######'));
});

test('dropping the still parts leaves the labels that it was given as they were', () => {
  const labels = draw('##');
  dropStillParts(labels, draw('..'));
  expect(labels).toEqual(draw('##'));
});

test('a subject rates higher the better it is separated, the more of it moves and the more of the motion it is', () => {
  const shares = { moving: 0.9, explained: 0.9 };
  const rating = rateSubject({ shares, score: 0.6 });
  expect(rateSubject({ shares, score: 0.7 })).toBeGreaterThan(rating);
  expect(rateSubject({ shares: { ...shares, moving: 1 }, score: 0.6 })).toBeGreaterThan(rating);
  expect(rateSubject({ shares: { ...shares, explained: 1 }, score: 0.6 })).toBeGreaterThan(rating);
});

test('a subject that lost a tenth of what moves rates lower, though it is separated a fifth better', () => {
  const whole = rateSubject({ shares: { moving: 0.9, explained: 1 }, score: 0.6 });
  expect(rateSubject({ shares: { moving: 0.9, explained: 0.9 }, score: 0.72 })).toBeLessThan(whole);
});
