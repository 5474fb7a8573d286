import { describe, expect, test } from 'vitest';
import { safe } from '../src/index.ts';
import {
  createJob,
  createTestClient,
  sendError,
  sendEvents,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

describe('safe', () => {
  test('returns the same error that awaiting the call throws, each time', async () => {
    const { url, received } = await startStubServer((response) => sendError(response, 'JOB_NOT_FOUND'));
    const call = createTestClient(url).generations.get('swx_1');
    const { error } = await safe(call);
    expect(error).toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(call).rejects.toBe(error);
    expect((await safe(call)).error).toBe(error);
    expect(received).toHaveLength(1);
  });

  test('causes no unhandled rejection', async () => {
    const { url } = await startStubServer((response) => sendError(response, 'JOB_NOT_FOUND'));
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    await safe(createTestClient(url).generations.get('swx_1'));
    for await (const result of safe(createTestClient(url).generations.list())) expect(result.ok).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });

  test('returns the RestageError of a plain promise, and throws any other error', async () => {
    const { url } = await startStubServer((response) => sendError(response, 'INVALID_API_KEY'));
    const work = async () => (await createTestClient(url).account.info()).email;
    expect((await safe(work())).error).toMatchObject({ code: 'INVALID_API_KEY' });
    expect(await safe(Promise.resolve(7))).toEqual({ ok: true, value: 7 });
    await expect(safe(Promise.reject(new RangeError('a bug')))).rejects.toThrow(RangeError);
  });

  test('accepts the calls of another copy of the package', async () => {
    const copy: typeof import('../src/call.ts') = await import(`${'../src/call.ts'}?copy`);
    const { url } = await startStubServer((response) => sendError(response, 'JOB_NOT_FOUND'));
    const call = createTestClient(url).generations.get('swx_1');
    expect((await copy.safe(call)).error).toBe((await safe(call)).error);
  });

  test('iterates over a list, and yields the error of a page as the last result', async () => {
    const { url } = await startStubServer((response, _, nth) => {
      if (nth % 2 === 0) sendError(response, 'INVALID_API_KEY');
      else sendResult(response, { jobs: [createJob({ id: 'swx_2' }), createJob()], next_page_token: 'more' });
    });
    const list = createTestClient(url).generations.list();
    for (const _ of [1, 2]) {
      const seen: (string | undefined)[] = [];
      for await (const { value, error } of safe(list)) seen.push(value?.id ?? error?.code);
      expect(seen).toEqual(['swx_2', 'swx_1', 'INVALID_API_KEY']);
    }
  });

  test('iterates over a watch, and closes the connection when the iteration stops', async () => {
    const { url, streams } = await startStubServer(
      (response) => sendError(response, 'INTERNAL_ERROR'),
      (response) => sendEvents(response, [1, createJob()]),
    );
    for await (const { value } of safe(createTestClient(url).generations.watch('swx_1'))) {
      expect(value).toEqual(createJob());
      break;
    }
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });
});

test('iterating over a list throws the error of a page after the jobs before it', async () => {
  const { url } = await startStubServer((response, _, nth) =>
    nth === 1
      ? sendResult(response, { jobs: [createJob()], next_page_token: 'more' })
      : sendError(response, 'INVALID_REQUEST'),
  );
  const seen: string[] = [];
  const iteration = (async () => {
    for await (const { id } of createTestClient(url).generations.list()) seen.push(id);
  })();
  await expect(iteration).rejects.toMatchObject({ name: 'RestageError', code: 'INVALID_REQUEST' });
  expect(seen).toEqual(['swx_1']);
});
