import { isFailure } from '@restage/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from './json.ts';

const parse = (text: string | Buffer) => {
  const attachments = new Map<string, Uint8Array>();
  return { value: parseJson(Buffer.from(text), attachments), attachments };
};

test('parses whatever JSON.parse parses', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(parse(text).value).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test('refuses whatever JSON.parse refuses', () => {
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

  test('stays bytes, and a word stands for it', () => {
    const { value, attachments } = parse(JSON.stringify({ before: 1, source_uri: uri, after: [uri] }));
    const sent = value as { before: number; source_uri: string; after: string[] };
    expect(sent.before).toBe(1);
    for (const word of [sent.source_uri, sent.after[0] ?? '']) {
      expect(word).toMatch(/^attachment:[\w-]{36}$/);
      expect(Buffer.from(attachments.get(word) ?? []).toString()).toBe(uri);
    }
  });

  test('stays bytes whatever the case of its scheme', () => {
    const { attachments } = parse(JSON.stringify({ source_uri: uri.replace('data', 'Data') }));
    expect(attachments.size).toBe(1);
  });

  test.each(['\n', '\r', '\t', '\f'])('with a raw %j in it is refused, as JSON has it', (space) => {
    expect(parse(`{"source_uri":"${uri}${space}AAAA"}`).value).toMatchObject({ code: 'INVALID_REQUEST' });
    const short = `{"source_uri":"data:image/png;base64,${space}AAAA"}`;
    expect(parse(short).value).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('with an escape in it is an ordinary string, and so is other long text', () => {
    const escaped = JSON.stringify({ source_uri: uri }).replace('image/png', 'image\\/png');
    expect(parse(escaped)).toEqual({ value: { source_uri: uri }, attachments: new Map() });
    const text = { prompt: 'x'.repeat(100_000) };
    expect(parse(JSON.stringify(text))).toEqual({ value: text, attachments: new Map() });
  });
});

describe('a bomb is refused before it is built:', () => {
  test.each([
    ['brackets', '['.repeat(20_000_000)],
    ['braces', '{"a":'.repeat(1_000_000)],
    ['a wide array', `[${'{},'.repeat(5_000_000)}{}]`],
    ['a string without an end', `"${'\\"'.repeat(5_000_000)}`],
  ])('%s', (_, text) => {
    expect(parse(text).value).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

test('UTF-8 that is none is refused', () => {
  expect(parse(Buffer.from([0x22, 0xff, 0x22])).value).toMatchObject({ code: 'INVALID_REQUEST' });
});
