import { expect, test } from 'vitest';
import { splitJson } from './json.tsx';

test('JSON is split into keys, strings, literals and the rest, and no character is lost', () => {
  const text = JSON.stringify({ id: 'a "b": true', n: [-1.5e3, true, null], false: {} }, null, 2);
  const parts = splitJson(text);
  expect(parts.map((part) => part.text).join('')).toBe(text);
  const byKind = Object.groupBy(parts, ({ kind }) => kind);
  expect(byKind.key?.map((part) => part.text)).toEqual(['"id"', '"n"', '"false"']);
  expect(byKind.string?.map((part) => part.text)).toEqual(['"a \\"b\\": true"']);
  expect(byKind.literal?.map((part) => part.text)).toEqual(['-1500', 'true', 'null']);
});
