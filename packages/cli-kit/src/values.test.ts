import { describe, expect, test } from 'vitest';
import { choice, int, intOr, number, parseExpiry, text } from './index.ts';

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

test('a time to come is hours or days from now, or a date', () => {
  const now = Date.parse('2027-01-01T00:00:00Z');
  const iso = (received: string) => parseExpiry(received)(now).toISOString();
  expect(iso('12h')).toBe('2027-01-01T12:00:00.000Z');
  expect(iso('30d')).toBe('2027-01-31T00:00:00.000Z');
  expect(iso('2027-01-31')).toBe('2027-01-31T00:00:00.000Z');
  expect(iso('2027-01-31T12:00:00+02:00')).toBe('2027-01-31T10:00:00.000Z');
  for (const other of ['', '12', 'h', '-1h', '1.5h', '1w', '123456h', '2027', '2027-13-01'])
    expect(() => parseExpiry(other), other).toThrow('must be hours or days, as in 12h or 30d');
});
