import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventStream } from './events.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const decode = (chunk: { value?: Uint8Array | undefined }) => new TextDecoder().decode(chunk.value);

/** Events that come when the test says so. */
function source() {
  const pending = Promise.withResolvers<{ id: string; data: unknown }>();
  let left = false;
  async function* events() {
    try {
      yield { id: '7', data: { line: 'one\ntwo' } };
      yield await pending.promise;
    } finally {
      left = true;
    }
  }
  return { events: events(), pending, left: () => left };
}

const options = { name: 'job', onFault: vi.fn(), onCancel: vi.fn() };

test('an event is its id, its name and its data on one line', async () => {
  const reader = eventStream(source().events, options).getReader();
  expect(decode(await reader.read())).toBe('id: 7\nevent: job\ndata: {"line":"one\\ntwo"}\n\n');
});

test('silence is broken by a comment every fifteen seconds, and no event is lost over it', async () => {
  const { events, pending } = source();
  const reader = eventStream(events, options).getReader();
  await reader.read();
  for (let quarter = 0; quarter < 3; quarter += 1) {
    const read = reader.read();
    await vi.advanceTimersByTimeAsync(14_900);
    expect(await Promise.race([read, 'nothing yet'])).toBe('nothing yet');
    await vi.advanceTimersByTimeAsync(200);
    expect(decode(await read)).toBe(':\n\n');
  }
  pending.resolve({ id: '8', data: 'last' });
  expect(decode(await reader.read())).toBe('id: 8\nevent: job\ndata: "last"\n\n');
  expect((await reader.read()).done).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a reader that leaves ends the events, and is told of', async () => {
  const { events, left } = source();
  const stream = eventStream(events, options);
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  expect(options.onCancel).toHaveBeenCalledOnce();
  expect(left()).toBe(true);
});

test('a fault in mid-stream is told of and breaks the stream off', async () => {
  const { events, pending } = source();
  const reader = eventStream(events, options).getReader();
  await reader.read();
  pending.reject(new Error('the database is gone'));
  await expect(reader.read()).rejects.toThrow('gone');
  expect(options.onFault).toHaveBeenCalledOnce();
});
