import { expect, test } from 'vitest';
import { createEventParser } from './events.ts';

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
])('events are the same wherever the text is cut, with lines that end in %s', (_, end) => {
  const whole = text.replaceAll('\n', end);
  for (let size = 1; size <= whole.length; size += 1) {
    const parse = createEventParser();
    const seen = [];
    for (let at = 0; at < whole.length; at += size) seen.push(...parse(whole.slice(at, at + size)));
    // A CR by itself is known to be one only by what follows it.
    expect(seen).toEqual(events);
  }
});
