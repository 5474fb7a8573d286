import { openDoors, pacedEngine } from '@restage/api/testing/suite';
import { fixtureUrl } from '@restage/fixtures';
import { describe, expect, test } from 'vitest';
import { toGenerator } from '../call.ts';
import { type Job, Restage, safe } from '../index.ts';
import { aJob, hurried, json, refuse, serve, streaming, succeed } from '../testing/server.ts';
import { createCaller } from '../transport/transport.ts';
import { type Silences, watchGeneration } from './watch.ts';

const output = { render: 'http://a.test/r', source: 'http://a.test/s', alpha: 'http://a.test/a' };
const completed = aJob({
  status: 'completed',
  progress: 100,
  output,
  completed_at: '2026-01-01T00:00:02.000Z',
});
const at = (progress: number) => aJob({ progress });

/** What a watch told, and the code that it ended with. */
async function toldBy(
  watch: AsyncIterable<Job>,
): Promise<{ told: number[]; code?: string; job?: Job | undefined }> {
  const told: number[] = [];
  const result = await safe(
    (async () => {
      for await (const { progress } of watch) told.push(progress);
    })(),
  );
  return result.ok ? { told } : { told, code: result.error.code, job: result.error.job };
}

/** A watch that soon loses its patience with silence. */
function impatient(url: string, silences: Silences, pollMs = 5) {
  const settings = {
    apiKey: 'rsk_test',
    baseUrl: url,
    fetch: globalThis.fetch,
    maxRetries: 0,
    retryDelayMs: 5,
    attemptTimeoutMs: 1000,
    timeoutMs: 1000,
  };
  const context = { settings, call: createCaller(settings), waitRetries: 0 };
  return toGenerator(watchGeneration(context, 'swx_1', { pollMs, timeoutMs: 5000 }, silences));
}

const never = () => {
  throw new Error('the job was looked at');
};

describe('watch, on a stream', () => {
  test('tells every change up to the end, and asks once', async () => {
    const { url, received, streams } = await serve(never, (response) => {
      streaming(response, [1, at(0)], [2, at(40)]);
      response.write(':\n\nevent: news\ndata: of a later version\n\n');
      response.end(`id: 3\nevent: job\ndata: ${JSON.stringify(completed)}\n\n`);
    });
    expect(await toldBy(hurried(url).generations.watch('swx_1'))).toEqual({ told: [0, 40, 100] });
    expect([received.length, streams.length]).toEqual([0, 1]);
    expect(streams[0]?.request.headers).toMatchObject({
      'x-api-key': 'rsk_test',
      accept: 'text/event-stream',
    });
  });

  test('goes on after the event seen last when the connection drops, breaks off or ends early', async () => {
    const { url, streams } = await serve(never, (response, _, nth) => {
      if (nth === 1) {
        streaming(response, [5, at(10)]);
        setTimeout(() => response.destroy(), 20);
      } else if (nth === 2) response.destroy();
      else if (nth === 3) {
        streaming(response, [6, at(20)]);
        response.end('id: 7\nevent: job\ndata: {"half');
      } else if (nth === 4) {
        streaming(response);
        response.write('event: job\ndata: mutilated\n\n');
      } else streaming(response, [7, completed]);
    });
    expect(await toldBy(hurried(url).generations.watch('swx_1'))).toEqual({ told: [10, 20, 100] });
    expect(streams.map(({ request }) => request.headers['last-event-id'])).toEqual([
      undefined,
      '5',
      '5',
      '6',
      '6',
    ]);
  });

  test('fetches the job once the server says that no more events will come', async () => {
    const { url, received, streams } = await serve(
      (response) => succeed(response, completed),
      (response, _, nth) => {
        if (nth === 1) streaming(response, [1, at(10)]);
        if (nth === 2) response.writeHead(204);
        response.end();
      },
    );
    expect(await toldBy(hurried(url).generations.watch('swx_1'))).toEqual({ told: [10, 100] });
    expect([received.length, streams.length]).toEqual([1, 2]);
  });

  test('waits as long as it is told to before it asks again', async () => {
    const { url, streams } = await serve(never, (response, _, nth) => {
      const error = { code: 'RATE_LIMIT_EXCEEDED', message: 'Too many.' };
      if (nth === 1) json(response, 429, { error }, { 'retry-after': '1' });
      else streaming(response, [1, completed]);
    });
    expect(await toldBy(hurried(url).generations.watch('swx_1'))).toEqual({ told: [100] });
    expect((streams[1]?.at ?? 0) - (streams[0]?.at ?? 0)).toBeGreaterThanOrEqual(995);
  });

  test('closes the connection when nobody iterates any more', async () => {
    const { url, streams } = await serve(never, (response) => streaming(response, [1, at(10)]));
    for await (const { progress } of hurried(url).generations.watch('swx_1')) {
      expect(progress).toBe(10);
      break;
    }
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });

  test('ends at once on abort, with the job, and closes the connection', async () => {
    const { url, streams } = await serve(never, (response) => streaming(response, [1, at(10)]));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const { signal } = controller;
    const before = performance.now();
    const outcome = await toldBy(hurried(url).generations.watch('swx_1', { signal }));
    expect(outcome).toEqual({ told: [10], code: 'ABORTED', job: at(10) });
    expect(performance.now() - before).toBeLessThan(1000);
    await expect.poll(() => streams[0]?.request.socket.destroyed).toBe(true);
  });

  test('ends in time, with the job', async () => {
    const { url } = await serve(never, (response) => streaming(response, [1, at(10)]));
    const outcome = await toldBy(hurried(url).generations.watch('swx_1', { timeoutMs: 100 }));
    expect(outcome).toEqual({ told: [10], code: 'WAIT_TIMED_OUT', job: at(10) });
  });

  test.each(['JOB_NOT_FOUND', 'INVALID_API_KEY'] as const)('ends as %s, and asks once', async (code) => {
    const { url, streams } = await serve(never, (response) => {
      json(response, code === 'JOB_NOT_FOUND' ? 404 : 401, { error: { code, message: 'No.' } });
    });
    expect(await toldBy(hurried(url).generations.watch('swx_1'))).toMatchObject({ told: [], code });
    expect(streams).toHaveLength(1);
  });

  test('a line that has gone dead is left for another', async () => {
    const { url, streams } = await serve(never, (response, _, nth) => {
      if (nth === 1) streaming(response, [1, at(10)]);
      else streaming(response, [2, completed]);
    });
    const outcome = await toldBy(impatient(url, { first: 1000, later: 100 }));
    expect(outcome).toEqual({ told: [10, 100] });
    expect(streams[1]?.request.headers['last-event-id']).toBe('1');
  });

  test('signs of life keep a line that has nothing to tell', async () => {
    const { url, streams } = await serve(never, (response) => {
      streaming(response, [1, at(10)]);
      const beat = setInterval(() => response.write(':\n\n'), 30);
      setTimeout(() => {
        clearInterval(beat);
        response.write(`id: 2\nevent: job\ndata: ${JSON.stringify(completed)}\n\n`);
      }, 1500);
    });
    expect(await toldBy(impatient(url, { first: 5000, later: 1000 }))).toEqual({ told: [10, 100] });
    expect(streams).toHaveLength(1);
  });
});

describe('watch, where events can’t be had, looks at the job', () => {
  /** A job that is looked at, of which each progress is told twice. */
  const looked = (stream: Parameters<typeof serve>[1]) =>
    serve((response, _, nth) => succeed(response, nth < 5 ? at(Math.ceil(nth / 2) * 10) : completed), stream);

  test.each<[string, Parameters<typeof serve>[1]]>([
    ['an older server', undefined],
    [
      'a proxy’s page',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['a proxy that takes no streams', (response) => void response.writeHead(406).end()],
    ['a method that is not let through', (response) => refuse(response, 'METHOD_NOT_ALLOWED')],
    ['streams that drop, one after another', (response) => void response.destroy()],
    [
      'streams that end and tell nothing',
      (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    ],
    ['a gateway that fails', (response) => void response.writeHead(502).end()],
  ])('%s', async (_, stream) => {
    const { url } = await looked(stream);
    const watch = hurried(url).generations.watch('swx_1', { pollMs: 5 });
    expect(await toldBy(watch)).toEqual({ told: [10, 20, 100] });
  });

  test('a proxy that holds events back', async () => {
    const { url, streams } = await looked((response) => streaming(response));
    expect(await toldBy(impatient(url, { first: 100, later: 5000 }))).toEqual({ told: [10, 20, 100] });
    expect(streams).toHaveLength(1);
  });

  test('a server that tells the same again and again, and drops', async () => {
    const { url, streams } = await looked((response) => {
      streaming(response, [1, at(10)]);
      setTimeout(() => response.destroy(), 10);
    });
    const watch = hurried(url).generations.watch('swx_1', { pollMs: 5 });
    expect(await toldBy(watch)).toEqual({ told: [10, 20, 100] });
    expect(streams.length).toBeLessThan(6);
  });

  test('a fetch that has no streams', async () => {
    const { url } = await looked((response) => streaming(response, [1, at(10)]));
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
    const watch = hurried(url, { fetch }).generations.watch('swx_1', { pollMs: 5 });
    expect(await toldBy(watch)).toEqual({ told: [10, 20, 100] });
  });
});

describe('wait, on a stream', () => {
  test('gives the completed job, having shown each change', async () => {
    const { url } = await serve(never, (response) =>
      streaming(response, [1, at(50)], [2, at(70)], [3, completed]),
    );
    const seen: number[] = [];
    const onJob = ({ progress }: Job) => seen.push(progress);
    // The job that was given is shown, and not again as the first event.
    expect(await hurried(url).generations.wait(aJob(), { onJob })).toEqual(completed);
    expect(seen).toEqual([50, 70, 100]);
  });

  test('ends as JOB_FAILED, with the job', async () => {
    const failed = aJob({ status: 'failed', error: 'The decoder gave up.' });
    const { url } = await serve(never, (response) => streaming(response, [1, failed]));
    const { error } = await safe(hurried(url).generations.wait('swx_1'));
    expect(error).toMatchObject({ code: 'JOB_FAILED', job: failed });
  });
});

describe('simulate', () => {
  test('is asked of the call that it is given to, and of no other', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    const { generations } = hurried(url);
    await generations.get('swx_1', { simulate: 'JOB_NOT_FOUND' });
    await generations.get('swx_1');
    await generations.cancel('swx_1', { simulate: 'JOB_NOT_CANCELLABLE' });
    expect(received.map(({ request }) => request.headers['x-restage-simulate'])).toEqual([
      'JOB_NOT_FOUND',
      undefined,
      'JOB_NOT_CANCELLABLE',
    ]);
  });

  test.each([
    ['JOB_QUEUE_FAILED', 'generations.start'],
    ['job-failed', 'generations.start'],
    ['UPLOAD_URL_FAILED', 'uploads.create'],
  ] as const)('%s in a run is asked of %s', async (simulate, procedure) => {
    const { url, received } = await serve((response, { request }) => {
      if (request.url?.includes('uploads.create'))
        succeed(response, {
          id: 'upload_1',
          upload_url: `${url}/put`,
          beeble_uri: 'beeble://uploads/upload_1/a.png',
        });
      else if (request.url === '/put') response.end();
      else succeed(response, completed);
    });
    await hurried(url).run({ source: new File(['a'], 'a.png'), prompt: 'snow' }, { simulate });
    const asked = received.filter(({ request }) => request.headers['x-restage-simulate'] === simulate);
    expect(asked.map(({ request }) => request.url)).toEqual([`/trpc/${procedure}`]);
  });
});

describe('against a server', async () => {
  const engine = pacedEngine();
  const world = await openDoors({ engine });
  const { key } = await world.account();
  const restage = new Restage({ apiKey: key, baseUrl: world.url });
  const upload = await restage.uploads.send(fixtureUrl('cat.png'));
  const input = {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: upload.beeble_uri,
    prompt: 'snow',
  } as const;

  test('quote says what a start would cost, in one step from a file too', async () => {
    const quote = await restage.generations.quote({ ...input, max_resolution: 720 });
    expect(quote).toMatchObject({ cost: 1, balance: 1000, frames: 1, width: 451, height: 300 });
    const source = fixtureUrl('cat.png');
    expect(await restage.quote({ source, prompt: 'snow' })).toMatchObject({ cost: 3, balance: 1000 });
    const { error } = await safe(restage.quote({ source, prompt: 'snow', max_cost: 2 }));
    expect(error?.code).toBe('MAX_COST_EXCEEDED');
  });

  test('cancel ends a job for who watches it, twice is as once, and it is refunded', async () => {
    const { id } = await restage.generations.start(input);
    const watch = restage.generations.watch(id);
    expect((await watch.next()).value).toMatchObject({ id });
    expect(await restage.generations.cancel(id)).toMatchObject({ id, status: 'cancelled' });
    let last: Job | undefined;
    for await (const job of watch) last = job;
    expect(last).toMatchObject({ status: 'cancelled' });
    expect(await restage.generations.cancel(id)).toMatchObject({ status: 'cancelled' });
    expect((await safe(restage.generations.wait(id))).error?.code).toBe('JOB_CANCELLED');
    expect((await restage.account.billing()).prepaid_balance).toBe(10);
  });

  test('watch tells a job from the queue to its end, by events alone', async () => {
    const requests: string[] = [];
    const counting = new Restage({
      apiKey: key,
      baseUrl: world.url,
      fetch: (url, init) => {
        requests.push(String(url).replace(/\?.*/, ''));
        return fetch(url, init);
      },
    });
    const { id } = await counting.generations.start(input);
    const told: string[] = [];
    const watching = (async () => {
      for await (const { status, progress } of counting.generations.watch(id))
        told.push(`${status} ${progress}`);
    })();
    await expect.poll(() => told.at(-1)).toBe('processing 0');
    const advance = (fraction: number) => () => {
      engine.advance(fraction);
      return told.at(-1);
    };
    await expect.poll(advance(0.5), { timeout: 10_000 }).toBe('processing 50');
    await expect.poll(advance(1), { timeout: 10_000 }).toBe('completed 100');
    await watching;
    expect(told.slice(-3)).toEqual(['processing 0', 'processing 50', 'completed 100']);
    expect(requests.map((url) => url.replace(world.url, '').replace(id, '{id}'))).toEqual([
      '/trpc/generations.start',
      '/v1/switchx/generations/{id}/events',
    ]);
  });

  test('no such job', async () => {
    expect(await toldBy(restage.generations.watch('swx_1'))).toEqual({ told: [], code: 'JOB_NOT_FOUND' });
  });
});
