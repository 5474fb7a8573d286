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
  ['xyzzy', { places: [], phrases: [] }],
] as const)('“%s”', (prompt, expected) => {
  test('is parsed as expected', () => expect(parsePrompt(prompt)).toMatchObject(expected));
});

test('a negated phrase is listed and has no effect', () => {
  const parsed = parsePrompt('forest, no fog');
  expect(parsed.weathers).toEqual([]);
  expect(parsed.phrases.at(-1)).toEqual({ text: 'no fog', kind: 'weather', value: 'fog', isNegated: true });
});

test.each([
  ['A BEACH at  Golden\nHour!', ['BEACH', 'Golden\nHour']],
  ['black-and-white, “Paris Café” and cafe\u0301', ['black-and-white', 'Café', 'cafe\u0301']],
  ['İİ no  Fog; Fog', ['no  Fog', 'Fog']],
])('the phrases of “%s” are listed as they are written', (prompt, texts) => {
  expect(parsePrompt(prompt).phrases.map(({ text }) => text)).toEqual(texts);
});
