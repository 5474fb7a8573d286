import { expect, test } from 'vitest';
import { formatTable } from './index.ts';

test('a table has columns as wide as their widest cell, and no spaces at line ends', () => {
  expect(
    formatTable([
      ['id', 'state'],
      ['a', ''],
      ['longer', 'x'],
    ]),
  ).toBe('id      state\na\nlonger  x');
});

test('a cell stays on its line, and a terminal obeys nothing in it', () => {
  expect(formatTable([['a\r\nb', 'red \x1b[31m']])).toBe('a b  red  [31m');
});
