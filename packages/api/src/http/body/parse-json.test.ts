import { isFailure } from '@restage/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from './parse-json.ts';

const parse = (text: string | Buffer) => {
  const largeStrings = new Map<string, Uint8Array>();
  return { value: parseJson(Buffer.from(text), largeStrings), largeStrings };
};

test('parseJson returns the same value as JSON.parse for valid JSON', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(parse(text).value).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test('parseJson fails for every text for which JSON.parse throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\\\ 1tnulrefas') }), (text) => {
      const { value } = parse(text);
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(isFailure(value)).toBe(true);
        return;
      }
      expect(value).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
});

describe('a long data: URI', () => {
  const uri = `data:image/png;base64,${'A'.repeat(70_000)}`;

  test('becomes an attachment, and a placeholder replaces it', () => {
    const { value, largeStrings } = parse(JSON.stringify({ before: 1, source_uri: uri, after: [uri] }));
    const sent = value as { before: number; source_uri: string; after: string[] };
    expect(sent.before).toBe(1);
    for (const placeholder of [sent.source_uri, sent.after[0] ?? '']) {
      expect(placeholder).toMatch(/^attachment:[\w-]{36}$/);
      expect(Buffer.from(largeStrings.get(placeholder) ?? []).toString()).toBe(uri);
    }
  });

  test('becomes an attachment with a scheme in any case', () => {
    const { largeStrings } = parse(JSON.stringify({ source_uri: uri.replace('data', 'Data') }));
    expect(largeStrings.size).toBe(1);
  });

  test.each(['\n', '\r', '\t', '\f'])('with an unescaped %j is INVALID_REQUEST', (space) => {
    expect(parse(`{"source_uri":"${uri}${space}AAAA"}`).value).toMatchObject({ code: 'INVALID_REQUEST' });
    const short = `{"source_uri":"data:image/png;base64,${space}AAAA"}`;
    expect(parse(short).value).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('with an escape stays a string, and so does other long text', () => {
    const escaped = JSON.stringify({ source_uri: uri }).replace('image/png', 'image\\/png');
    expect(parse(escaped)).toEqual({ value: { source_uri: uri }, largeStrings: new Map() });
    const text = { prompt: 'x'.repeat(100_000) };
    expect(parse(JSON.stringify(text))).toEqual({ value: text, largeStrings: new Map() });
  });
});

describe('parseJson fails before it creates a value for', () => {
  test.each([
    ['brackets', '['.repeat(20_000_000)],
    ['braces', '{"a":'.repeat(1_000_000)],
    ['a wide array', `[${'{},'.repeat(5_000_000)}{}]`],
    ['an unterminated string', `"${'\\"'.repeat(5_000_000)}`],
  ])('%s', (_, text) => {
    expect(parse(text).value).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

test('parseJson fails for invalid UTF-8', () => {
  expect(parse(Buffer.from([0x22, 0xff, 0x22])).value).toMatchObject({ code: 'INVALID_REQUEST' });
});
