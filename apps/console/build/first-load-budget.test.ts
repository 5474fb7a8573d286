import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Chunk, measureFirstLoad } from './first-load-budget.ts';

const chunk = (fileName: string, fields: Partial<Chunk> = {}): Chunk => ({
  fileName,
  code: `${fileName} `.repeat(50),
  isEntry: false,
  imports: [],
  dynamicImports: [],
  ...fields,
});
const size = (...names: string[]) =>
  names.reduce((sum, name) => sum + gzipSync(chunk(name).code).byteLength, 0);

test('a first load is the entry, its imports, and the page with the largest imports, each counted once', () => {
  const chunks = [
    chunk('entry.js', { isEntry: true, imports: ['react.js'], dynamicImports: ['jobs.js', 'keys.js'] }),
    chunk('react.js'),
    chunk('jobs.js', { imports: ['react.js'], dynamicImports: ['chart.js'] }),
    chunk('keys.js', { imports: ['react.js', 'dialog.js'] }),
    chunk('dialog.js', { imports: ['react.js'] }),
    chunk('chart.js'),
  ];
  expect(measureFirstLoad(chunks)).toEqual({
    page: 'keys.js',
    bytes: size('entry.js', 'react.js', 'keys.js', 'dialog.js'),
  });
});
