import { describe, expect, test } from 'vitest';
import { toCallGenerator } from '../src/call.ts';
import { type IdleTimeouts, watchGeneration } from '../src/generations/watch.ts';
import { type Job, safe } from '../src/index.ts';
import { createCaller } from '../src/transport/caller.ts';
import {
  completedJob,
  createJob,
  createTestClient,
  failOnPoll,
  sendError,
  sendEvents,
  sendJson,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

const jobAt = (progress: number) => createJob({ progress });

/** Iterates over a watch. Returns the progress of each job, and the error that the watch ended with. */
async function collectProgress(
  watch: AsyncIterable<Job>,
): Promise<{ progress: number[]; code?: string; job?: Job | undefined }> {
  const seen: number[] = [];
  const result = await safe(
    (async () => {
      for await (const { progress } of watch) seen.push(progress);
    })(),
  );
  return result.ok ? { progress: seen } : { progress: seen, code: result.error.code, job: result.error.job };
}

/** Watches a job with idle timeouts of its own. */
function watchWithIdleTimeouts(url: string, idleTimeouts: IdleTimeouts, pollMs = 5) {
  const settings = {
    apiKey: 'rsk_test',
    session: false,
    baseUrl: url,
    fetch: globalThis.fetch,
    maxRetries: 0,
    retryDelayMs: 5,
    attemptTimeoutMs: 1000,
    timeoutMs: 1000,
  };
  const context = { settings, call: createCaller(settings), waitRetries: 0 };
  return toCallGenerator(watchGeneration(context, 'swx_1', { pollMs, timeoutMs: 5000 }, idleTimeouts));
}

describe('generations.watch, with events', () => {
  test('yields every change of the job up to its end, over one stream', async () => {
    const { url, received, streams } = await startStubServer(failOnPoll, (response) => {
      sendEvents(response, [1, jobAt(0)], [2, jobAt(40)]);
      response.write(':\n\nevent: news\ndata: of a later version\n\n');
      response.end(`id: 3\nevent: job\ndata: ${JSON.stringify(completedJob)}\n\n`);
    });
    expect(await collectProgress(createTestClient(url).generations.watch('swx_1'))).toEqual({
      progress: [0, 40, 100],
    });
    expect([received.length, streams.length]).toEqual([0, 1]);
    expect(streams[0]?.request.headers).toMatchObject({
      'x-api-key': 'rsk_test',
      accept: 'text/event-stream',
    });
  });

  test('resumes after the last event if the stream drops, ends early or is malformed', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response, _, nth) => {
      if (nth === 1) {
        sendEvents(response, [5, jobAt(10)]);
        setTimeout(() => response.destroy(), 20);
      } else if (nth === 2) response.destroy();
      else if (nth === 3) {
        sendEvents(response, [6, jobAt(20)]);
        response.end('id: 7\nevent: job\ndata: {"half');
      } else if (nth === 4) {
        sendEvents(response);
        response.write('event: job\ndata: malformed\n\n');
      } else sendEvents(response, [7, completedJob]);
    });
    expect(await collectProgress(createTestClient(url).generations.watch('swx_1'))).toEqual({
      progress: [10, 20, 100],
    });
    expect(streams.map(({ request }) => request.headers['last-event-id'])).toEqual([
      undefined,
      '5',
      '5',
      '6',
      '6',
    ]);
  });

  test('polls the job if the server answers 204, because no more events will come', async () => {
    const { url, received, streams } = await startStubServer(
      (response) => sendResult(response, completedJob),
      (response, _, nth) => {
        if (nth === 1) sendEvents(response, [1, jobAt(10)]);
        if (nth === 2) response.writeHead(204);
        response.end();
      },
    );
    expect(await collectProgress(createTestClient(url).generations.watch('swx_1'))).toEqual({
      progress: [10, 100],
    });
    expect([received.length, streams.length]).toEqual([1, 2]);
  });

  test('waits for retry-after before it opens the stream again', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response, _, nth) => {
      const error = { code: 'RATE_LIMIT_EXCEEDED', message: 'Too many.' };
      if (nth === 1) sendJson(response, 429, { error }, { 'retry-after': '1' });
      else sendEvents(response, [1, completedJob]);
    });
    expect(await collectProgress(createTestClient(url).generations.watch('swx_1'))).toEqual({
      progress: [100],
    });
    expect((streams[1]?.at ?? 0) - (streams[0]?.at ?? 0)).toBeGreaterThanOrEqual(995);
  });

  test('closes the connection when the iteration stops', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response) =>
      sendEvents(response, [1, jobAt(10)]),
    );
    for await (const { progress } of createTestClient(url).generations.watch('swx_1')) {
      expect(progress).toBe(10);
      break;
    }
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });

  test('fails with ABORTED and the job on abort, and closes the connection', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response) =>
      sendEvents(response, [1, jobAt(10)]),
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const { signal } = controller;
    const before = performance.now();
    const outcome = await collectProgress(createTestClient(url).generations.watch('swx_1', { signal }));
    expect(outcome).toEqual({ progress: [10], code: 'ABORTED', job: jobAt(10) });
    expect(performance.now() - before).toBeLessThan(1000);
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });

  test('fails with WAIT_TIMED_OUT and the job after timeoutMs', async () => {
    const { url } = await startStubServer(failOnPoll, (response) => sendEvents(response, [1, jobAt(10)]));
    const outcome = await collectProgress(
      createTestClient(url).generations.watch('swx_1', { timeoutMs: 100 }),
    );
    expect(outcome).toEqual({ progress: [10], code: 'WAIT_TIMED_OUT', job: jobAt(10) });
  });

  test.each(['JOB_NOT_FOUND', 'INVALID_API_KEY'] as const)(
    'fails with %s, and does not retry',
    async (code) => {
      const { url, streams } = await startStubServer(failOnPoll, (response) => {
        sendJson(response, code === 'JOB_NOT_FOUND' ? 404 : 401, { error: { code, message: 'No.' } });
      });
      expect(await collectProgress(createTestClient(url).generations.watch('swx_1'))).toMatchObject({
        progress: [],
        code,
      });
      expect(streams).toHaveLength(1);
    },
  );

  test('opens another stream if one is silent for too long', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response, _, nth) => {
      if (nth === 1) sendEvents(response, [1, jobAt(10)]);
      else sendEvents(response, [2, completedJob]);
    });
    const outcome = await collectProgress(
      watchWithIdleTimeouts(url, { firstEventMs: 1000, nextEventMs: 100 }),
    );
    expect(outcome).toEqual({ progress: [10, 100] });
    expect(streams[1]?.request.headers['last-event-id']).toBe('1');
  });

  test('keeps a stream open that sends only keep-alives', async () => {
    const { url, streams } = await startStubServer(failOnPoll, (response) => {
      sendEvents(response, [1, jobAt(10)]);
      const keepAlive = setInterval(() => response.write(':\n\n'), 30);
      setTimeout(() => {
        clearInterval(keepAlive);
        response.write(`id: 2\nevent: job\ndata: ${JSON.stringify(completedJob)}\n\n`);
      }, 1500);
    });
    expect(
      await collectProgress(watchWithIdleTimeouts(url, { firstEventMs: 5000, nextEventMs: 1000 })),
    ).toEqual({
      progress: [10, 100],
    });
    expect(streams).toHaveLength(1);
  });
});

describe('generations.watch polls the job', () => {
  /** Starts a server that reports each progress to two polls. */
  const startPolledServer = (stream: Parameters<typeof startStubServer>[1]) =>
    startStubServer(
      (response, _, nth) => sendResult(response, nth < 5 ? jobAt(Math.ceil(nth / 2) * 10) : completedJob),
      stream,
    );

  test.each<[string, Parameters<typeof startStubServer>[1]]>([
    ['an older server without events', undefined],
    [
      'the HTML page of a proxy',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['a proxy that rejects event streams', (response) => void response.writeHead(406).end()],
    ['METHOD_NOT_ALLOWED', (response) => sendError(response, 'METHOD_NOT_ALLOWED')],
    ['streams that drop before the first event', (response) => void response.destroy()],
    [
      'streams that end without an event',
      (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    ],
    ['a gateway error', (response) => void response.writeHead(502).end()],
  ])('after %s', async (_, stream) => {
    const { url } = await startPolledServer(stream);
    const watch = createTestClient(url).generations.watch('swx_1', { pollMs: 5 });
    expect(await collectProgress(watch)).toEqual({ progress: [10, 20, 100] });
  });

  test('if a proxy buffers the events', async () => {
    const { url, streams } = await startPolledServer((response) => sendEvents(response));
    expect(
      await collectProgress(watchWithIdleTimeouts(url, { firstEventMs: 100, nextEventMs: 5000 })),
    ).toEqual({
      progress: [10, 20, 100],
    });
    expect(streams).toHaveLength(1);
  });

  test('if the server sends the same event again and again, and drops', async () => {
    const { url, streams } = await startPolledServer((response) => {
      sendEvents(response, [1, jobAt(10)]);
      setTimeout(() => response.destroy(), 10);
    });
    const watch = createTestClient(url).generations.watch('swx_1', { pollMs: 5 });
    expect(await collectProgress(watch)).toEqual({ progress: [10, 20, 100] });
    expect(streams.length).toBeLessThan(6);
  });

  test('if fetch does not support streams', async () => {
    const { url } = await startPolledServer((response) => sendEvents(response, [1, jobAt(10)]));
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (!String(input).endsWith('/events')) return globalThis.fetch(input, init);
      return Object.defineProperty(
        new Response('x', { headers: { 'content-type': 'text/event-stream' } }),
        'body',
        {
          value: null,
        },
      );
    };
    const watch = createTestClient(url, { fetch }).generations.watch('swx_1', { pollMs: 5 });
    expect(await collectProgress(watch)).toEqual({ progress: [10, 20, 100] });
  });
});
