import { expect, test } from 'vitest';
import { createEventParser } from './event-parser.ts';

const text = [
  ': a comment',
  'id: 7',
  'event: job',
  'data: {"a":',
  'data:1}',
  '',
  'retry: 100',
  'data',
  '',
  'event: nothing',
  '',
  'id: 8\0',
  'data: ü',
  '',
  'data: unfinished',
].join('\n');

const events = [
  { id: '7', event: 'job', data: '{"a":\n1}' },
  { id: '7', event: 'message', data: '' },
  { id: '7', event: 'message', data: 'ü' },
];

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('the event parser returns the same events for chunks of any size, with %s line ends', (_, lineEnd) => {
  const input = text.replaceAll('\n', lineEnd);
  for (let chunkSize = 1; chunkSize <= input.length; chunkSize += 1) {
    const parse = createEventParser();
    const parsed = [];
    for (let start = 0; start < input.length; start += chunkSize) {
      parsed.push(...parse(input.slice(start, start + chunkSize)));
    }
    expect(parsed).toEqual(events);
  }
});
