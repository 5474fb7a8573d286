import { describe, expect, test } from 'vitest';
import { safe } from './index.ts';
import { aJob, hurried, refuse, serve, streaming, succeed } from './testing/server.ts';

describe('safe', () => {
  test('gives of a call the very error that awaiting it throws, as often as it is asked', async () => {
    const { url, received } = await serve((response) => refuse(response, 'JOB_NOT_FOUND'));
    const call = hurried(url).generations.get('swx_1');
    const { error } = await safe(call);
    expect(error).toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(call).rejects.toBe(error);
    expect((await safe(call)).error).toBe(error);
    expect(received).toHaveLength(1);
  });

  test('leaves no rejection behind for which nobody is there', async () => {
    const { url } = await serve((response) => refuse(response, 'JOB_NOT_FOUND'));
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    await safe(hurried(url).generations.get('swx_1'));
    for await (const result of safe(hurried(url).generations.list())) expect(result.ok).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });

  test('gives of a promise that is no call its error, and throws a bug', async () => {
    const { url } = await serve((response) => refuse(response, 'INVALID_API_KEY'));
    const work = async () => (await hurried(url).account.info()).email;
    expect((await safe(work())).error).toMatchObject({ code: 'INVALID_API_KEY' });
    expect(await safe(Promise.resolve(7))).toEqual({ ok: true, value: 7 });
    await expect(safe(Promise.reject(new RangeError('a bug')))).rejects.toThrow(RangeError);
  });

  test('knows the calls of another copy of the package', async () => {
    const copy: typeof import('./call.ts') = await import(`${'./call.ts'}?copy`);
    const { url } = await serve((response) => refuse(response, 'JOB_NOT_FOUND'));
    const call = hurried(url).generations.get('swx_1');
    expect((await copy.safe(call)).error).toBe((await safe(call)).error);
  });

  test('goes through a list, and its last result is the error of a page', async () => {
    const { url } = await serve((response, _, nth) => {
      if (nth % 2 === 0) refuse(response, 'INVALID_API_KEY');
      else succeed(response, { jobs: [aJob({ id: 'swx_2' }), aJob()], next_page_token: 'more' });
    });
    const list = hurried(url).generations.list();
    for (const _ of [1, 2]) {
      const seen: (string | undefined)[] = [];
      for await (const { value, error } of safe(list)) seen.push(value?.id ?? error?.code);
      expect(seen).toEqual(['swx_2', 'swx_1', 'INVALID_API_KEY']);
    }
  });

  test('goes through what is watched, and closes the connection when nobody does any more', async () => {
    const { url, streams } = await serve(
      (response) => refuse(response, 'INTERNAL_ERROR'),
      (response) => streaming(response, [1, aJob()]),
    );
    for await (const { value } of safe(hurried(url).generations.watch('swx_1'))) {
      expect(value).toEqual(aJob());
      break;
    }
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });
});

test('a list that is iterated throws the error of a page, after the jobs before it', async () => {
  const { url } = await serve((response, _, nth) =>
    nth === 1
      ? succeed(response, { jobs: [aJob()], next_page_token: 'more' })
      : refuse(response, 'INVALID_REQUEST'),
  );
  const seen: string[] = [];
  const iterating = (async () => {
    for await (const { id } of hurried(url).generations.list()) seen.push(id);
  })();
  await expect(iterating).rejects.toMatchObject({ name: 'RestageError', code: 'INVALID_REQUEST' });
  expect(seen).toEqual(['swx_1']);
});
