import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEventStream } from './events.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const decode = (chunk: { value?: Uint8Array | undefined }) => new TextDecoder().decode(chunk.value);

/** Creates a stream of two events; the test controls the second. */
function createEvents() {
  const pending = Promise.withResolvers<{ id: string; data: unknown }>();
  let isClosed = false;
  async function* events() {
    try {
      yield { id: '7', data: { line: 'one\ntwo' } };
      yield await pending.promise;
    } finally {
      isClosed = true;
    }
  }
  return { events: events(), pending, isClosed: () => isClosed };
}

const options = { name: 'job', onError: vi.fn(), onCancel: vi.fn() };

test('an event has its id, its name, and its data on one line', async () => {
  const reader = createEventStream(createEvents().events, options).getReader();
  expect(decode(await reader.read())).toBe('id: 7\nevent: job\ndata: {"line":"one\\ntwo"}\n\n');
});

test('a stream without events sends a comment every 15 seconds, and loses no event', async () => {
  const { events, pending } = createEvents();
  const reader = createEventStream(events, options).getReader();
  await reader.read();
  for (let comment = 0; comment < 3; comment += 1) {
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

test('a stream whose reader cancels closes its events and calls onCancel', async () => {
  const { events, isClosed } = createEvents();
  const stream = createEventStream(events, options);
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  expect(options.onCancel).toHaveBeenCalledOnce();
  expect(isClosed()).toBe(true);
});

test('a stream whose events fail calls onError and fails', async () => {
  const { events, pending } = createEvents();
  const reader = createEventStream(events, options).getReader();
  await reader.read();
  pending.reject(new Error('the database is gone'));
  await expect(reader.read()).rejects.toThrow('gone');
  expect(options.onError).toHaveBeenCalledOnce();
});
