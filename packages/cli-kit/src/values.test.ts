import { describe, expect, test } from 'vitest';
import { choice, int, intOr, number, parseDurationMs, text } from './index.ts';

describe('a value within bounds is parsed', () => {
  test.each<[unknown, unknown]>([
    [int(-5, 5)('-5'), -5],
    [int(0, Number.MAX_SAFE_INTEGER)('9007199254740991'), Number.MAX_SAFE_INTEGER],
    [intOr('default', 1, 9)('9'), 9],
    [intOr('default', 1, 9)('default'), 'default'],
    [number('0.5'), 0.5],
    [number('1e3'), 1000],
    [text(3)('  abc '), 'abc'],
    [choice(['a', 'b'])('b'), 'b'],
  ])('%j', (parsed, expected) => {
    expect(parsed).toBe(expected);
  });
});

describe('any other value is refused with what is accepted', () => {
  const whole = 'must be a whole number from 0 to 9007199254740991';
  test.each<[string, (received: string) => unknown, string[], string]>([
    [
      'int',
      int(0, Number.MAX_SAFE_INTEGER),
      ['', ' 1', '1.5', '1e3', '-1', '0x10', '9007199254740992', '9'.repeat(400)],
      whole,
    ],
    ['intOr', intOr('none', 1, 9), ['', '0', '10', 'None'], 'must be a whole number from 1 to 9, or none'],
    ['number', number, ['', ' ', '-1', 'all', '1e999', 'NaN'], 'must be a number, 0 or more'],
    ['text', text(3), ['', '  ', 'abcd'], 'must be text of 1 to 3 characters'],
    ['choice', choice(['a', 'b', 'c']), ['', 'A', 'd'], 'must be a, b or c'],
  ])('%s', (_, parse, received, message) => {
    for (const value of received) expect(() => parse(value), value).toThrow(message);
  });
});

test('a duration is hours or days', () => {
  expect(parseDurationMs('12h')).toBe(12 * 3_600_000);
  expect(parseDurationMs('30d')).toBe(30 * 86_400_000);
  for (const other of ['', '12', 'h', '-1h', '1.5h', '1w', '123456h'])
    expect(parseDurationMs(other)).toBeUndefined();
});
