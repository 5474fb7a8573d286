import { describe, expect, test } from 'vitest';
import { parsePrompt } from './parse-prompt.ts';

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
  test('is parsed as expected', () => expect(parsePrompt(prompt)).toMatchObject(expected));
});

test('a negated phrase is noted and has no effect', () => {
  const parsed = parsePrompt('forest, no fog');
  expect(parsed.weathers).toEqual([]);
  expect(parsed.notes).toContain('“no fog” keeps fog out');
});
