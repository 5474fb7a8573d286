import { describe, expect, test } from 'vitest';
import { readPrompt } from './reading.ts';

describe.each([
  [
    'Golden hour in the desert, dramatic',
    { places: ['desert'], time: 'golden', strength: 'strong', colours: [] },
  ],
  [
    'a studio with a teal backdrop, lit from left',
    { places: ['studio'], colours: ['teal'], lights: ['left'] },
  ],
  ['NIGHT CITY IN THE RAIN', { places: ['city'], time: 'night', weathers: ['rain'] }],
  ['black and white film', { moods: ['monochrome', 'cinematic'], colours: [] }],
  ['a beach without clouds', { places: ['beach'], weathers: [] }],
  ['in a café', { places: ['interior'] }],
  ['xyzzy', { places: [], notes: [] }],
] as const)('“%s”', (prompt, expected) => {
  test('is read', () => expect(readPrompt(prompt)).toMatchObject(expected));
});

test('a denied phrase is noted and has no effect', () => {
  const reading = readPrompt('forest, no fog');
  expect(reading.weathers).toEqual([]);
  expect(reading.notes).toContain('“no fog” keeps fog out');
});
