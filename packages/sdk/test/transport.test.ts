import { describe, expect, test } from 'vitest';
import { RestageError, safe } from '../index.ts';
import { aJob, closedPort, hurried, json, refuse, serve, succeed } from '../testing/server.ts';

const started = { generation_type: 'image', alpha_mode: 'auto', source_uri: 'https://a.test/b.png' } as const;

/** The error that a call rejects with. */
async function errorOf(call: Promise<unknown>) {
  const result = await safe(call);
  if (result.ok) throw new Error('the call succeeded');
  return result.error;
}

describe('a call', () => {
  test('carries the key, and gives what the server answers', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    expect(await hurried(`${url}/`).generations.get('swx_1')).toEqual(aJob());
    expect(received[0]?.request.headers['x-api-key']).toBe('rsk_test');
    expect(received[0]?.request.url).toBe(
      `/trpc/generations.get?input=${encodeURIComponent('{"json":{"id":"swx_1"}}')}`,
    );
  });

  test('fails with all that the server says of an error', async () => {
    const { url } = await serve((response) =>
      refuse(response, 'INVALID_URI', { data: { param: 'source_uri' } }),
    );
    const error = await errorOf(hurried(url).generations.start(started));
    expect(error.toJSON()).toEqual({
      code: 'INVALID_URI',
      message: 'INVALID_URI in words',
      status: 400,
      param: 'source_uri',
      requestId: 'req_1',
      docUrl: 'http://docs.test/errors#INVALID_URI',
      retryable: false,
      retryAfter: undefined,
      wireCode: 'INVALID_URI',
      job: undefined,
      idempotencyKey: expect.stringMatching(/^sdk_/),
    });
  });

  test('does not follow a redirect, which would carry the key elsewhere', async () => {
    const elsewhere = await serve((response) => succeed(response, aJob()));
    const { url } = await serve((response) =>
      response.writeHead(307, { location: `${elsewhere.url}/trpc` }).end(),
    );
    const error = await errorOf(hurried(url).generations.get('swx_1'));
    expect(error).toMatchObject({ code: 'UNKNOWN', status: 307 });
    expect(error.message).toContain(`${elsewhere.url}/trpc`);
    expect(elsewhere.received).toHaveLength(0);
  });

  test('lets a bug of the caller through as it is', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    const input = {
      ...started,
      get seed(): number {
        throw new RangeError('a bug');
      },
    };
    await expect(hurried(url).call('generations.start', input)).rejects.toThrow(RangeError);
    expect(received).toHaveLength(0);
  });
});

test('a subscription is not called as if it answered once', async () => {
  const { url, received } = await serve((response) => succeed(response, aJob()));
  const calling = hurried(url).call('generations.watch' as never, { id: 'swx_1' } as never);
  await expect(calling).rejects.toThrow('use restage.generations.watch');
  expect(received).toHaveLength(0);
});

describe('an answer that this version does not know', () => {
  test('a newer code is UNKNOWN, with its own spelling and its own word on retries', async () => {
    const { url, received } = await serve((response) =>
      refuse(response, 'SOURCE_TOO_LOUD', { data: { retryable: false } }),
    );
    const error = await errorOf(hurried(url).generations.get('swx_1'));
    expect(error).toMatchObject({
      code: 'UNKNOWN',
      wireCode: 'SOURCE_TOO_LOUD',
      status: 400,
      retryable: false,
      message: 'SOURCE_TOO_LOUD in words',
    });
    expect(received).toHaveLength(1);
  });

  test('an envelope in the place of tRPC’s own shape is read', async () => {
    const { url } = await serve((response) =>
      json(
        response,
        404,
        { error: { code: 'NOT_FOUND', message: 'no such route' } },
        { 'x-request-id': 'req_2' },
      ),
    );
    const error = await errorOf(hurried(url).account.info());
    // No procedure declares it: a path of `baseUrl` leads elsewhere.
    expect(error).toMatchObject({
      code: 'UNKNOWN',
      wireCode: 'NOT_FOUND',
      message: 'no such route',
      status: 404,
      requestId: 'req_2',
    });
  });

  test.each([
    ['a page of HTML', 'text/html', '<h1>Welcome</h1>'],
    ['JSON of something else', 'application/json', '{"hello":"world"}'],
    ['no body', 'text/plain', ''],
  ])('%s with status 200 is UNKNOWN, and not tried again', async (_, type, body) => {
    const { url, received } = await serve((response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    expect(await errorOf(hurried(url).account.info())).toMatchObject({ code: 'UNKNOWN', status: 200 });
    expect(received).toHaveLength(1);
  });

  test('a proxy’s 502 is tried again', async () => {
    const { url, received } = await serve((response, _, nth) =>
      nth < 3 ? response.writeHead(502).end('<h1>Bad Gateway</h1>') : succeed(response, aJob()),
    );
    expect(await hurried(url).generations.get('swx_1')).toEqual(aJob());
    expect(received).toHaveLength(3);
  });
});

describe('a fault that may pass', () => {
  test('a start that drops, fails and succeeds sends one idempotency key', async () => {
    const { url, received } = await serve((response, _, nth) => {
      if (nth === 1) response.destroy();
      else if (nth === 2) refuse(response, 'JOB_QUEUE_FAILED');
      else succeed(response, aJob());
    });
    const restage = hurried(url);
    await restage.generations.start(started);
    await restage.generations.start(started);
    const keys = received.map(({ body }) => JSON.parse(String(body)).json.idempotency_key as string);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[0]).toMatch(/^sdk_[0-9a-f]{32}$/);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test('the caller’s own idempotency key is kept', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    await hurried(url).generations.start({ ...started, idempotency_key: 'order 7' });
    expect(JSON.parse(String(received[0]?.body)).json.idempotency_key).toBe('order 7');
  });

  test('an answer that is cut off half-way is tried again', async () => {
    const { url, received } = await serve((response, _, nth) => {
      if (nth > 1) return succeed(response, aJob());
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"result":', () => response.destroy());
    });
    expect(await hurried(url).generations.get('swx_1')).toEqual(aJob());
    expect(received).toHaveLength(2);
  });

  test('a server that keeps dropping ends as CONNECTION_FAILED after the retries', async () => {
    const { url, received } = await serve((response) => response.destroy());
    const error = await errorOf(hurried(url, { maxRetries: 2 }).account.info());
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true, status: undefined });
    expect(received).toHaveLength(3);
  });

  test('a port where nobody listens says so', async () => {
    const port = await closedPort();
    const restage = hurried(`http://127.0.0.1:${port}`, { maxRetries: 0 });
    const { code, message } = await errorOf(restage.account.info());
    expect(code).toBe('CONNECTION_FAILED');
    expect(message).toBe(`No answer came from http://127.0.0.1:${port}/trpc/account.info: ECONNREFUSED.`);
  });

  test('a 429 is obeyed for as long as it says, and not less', async () => {
    const { url, received } = await serve((response, _, nth) =>
      nth === 1
        ? refuse(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '1' } })
        : succeed(response, aJob()),
    );
    await hurried(url).generations.get('swx_1');
    const [first, second] = received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(995);
  });

  test('a 429 that names a date is obeyed as one that names seconds', async () => {
    // Dates have whole seconds: two ahead is more than one from now.
    const date = new Date(Date.now() + 2_000).toUTCString();
    const { url, received } = await serve((response, _, nth) =>
      nth === 1
        ? refuse(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': date } })
        : succeed(response, aJob()),
    );
    await hurried(url).generations.get('swx_1');
    const [first, second] = received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
  });

  test('a start of which nobody knows whether it was made says how to ask again', async () => {
    const { url, received } = await serve((response) => response.destroy());
    const lost = await errorOf(hurried(url, { maxRetries: 1 }).generations.start(started));
    expect(lost.code).toBe('CONNECTION_FAILED');
    const sent = received.map(({ body }) => JSON.parse(String(body)).json.idempotency_key as string);
    expect(sent).toEqual([lost.idempotencyKey, lost.idempotencyKey]);
  });

  test('a wait that would outlast the time is not begun, and its error says how long it is', async () => {
    const { url, received } = await serve((response) =>
      refuse(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '60' } }),
    );
    const before = performance.now();
    const error = await errorOf(hurried(url, { timeoutMs: 2_000 }).account.info());
    expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfter: 60, retryable: true });
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(received).toHaveLength(1);
  });

  test.each(['INVALID_API_KEY', 'INVALID_REQUEST', 'JOB_NOT_FOUND'])(
    '%s will not pass, and is not tried again',
    async (code) => {
      const { url, received } = await serve((response) => refuse(response, code));
      expect((await errorOf(hurried(url).generations.get('swx_1'))).code).toBe(code);
      expect(received).toHaveLength(1);
    },
  );
});

describe('time and abort', () => {
  test('an attempt that hangs is given up and tried again', async () => {
    const { url, received } = await serve((response, _, nth) => {
      if (nth > 1) succeed(response, aJob());
    });
    expect(await hurried(url, { attemptTimeoutMs: 100 }).generations.get('swx_1')).toEqual(aJob());
    expect(received).toHaveLength(2);
  });

  test('a body that never ends counts as hanging too', async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    });
    const error = await errorOf(hurried(url, { attemptTimeoutMs: 100, maxRetries: 0 }).account.info());
    expect(error).toMatchObject({ code: 'TIMED_OUT', retryable: true });
  });

  test('the time in all ends a call, however many retries are left', async () => {
    const { url } = await serve(() => {});
    const before = performance.now();
    const error = await errorOf(
      hurried(url, { attemptTimeoutMs: 80, maxRetries: 100 }).account.info({ timeoutMs: 300 }),
    );
    expect(error.code).toBe('TIMED_OUT');
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test('abort ends an attempt at once, and is no retry', async () => {
    const { url, received } = await serve(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('changed my mind')), 50);
    const error = await errorOf(hurried(url).account.info({ signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
    expect(error.cause).toEqual(new Error('changed my mind'));
    expect(received).toHaveLength(1);
  });

  test('abort ends the pause before a retry at once', async () => {
    const { url } = await serve((response) =>
      refuse(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '30' } }),
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const before = performance.now();
    const error = await errorOf(hurried(url).account.info({ signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('a signal that has aborted already sends nothing', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    const error = await errorOf(hurried(url).account.info({ signal: AbortSignal.abort() }));
    expect(error.code).toBe('ABORTED');
    expect(received).toHaveLength(0);
  });

  test('a fetch that heeds no signal is left behind', async () => {
    const restage = hurried('http://127.0.0.1:1', {
      fetch: () => new Promise(() => {}),
      attemptTimeoutMs: 50,
      maxRetries: 0,
    });
    expect((await errorOf(restage.account.info())).code).toBe('TIMED_OUT');
  });
});

test('errors of another copy of the package are known', async () => {
  const copy: typeof import('../errors/restage-error.ts') = await import(
    `${'../errors/restage-error.ts'}?copy`
  );
  expect(copy.RestageError).not.toBe(RestageError);
  const error = new copy.RestageError('ABORTED', '', { retryable: false });
  expect(error instanceof RestageError).toBe(false);
  expect(RestageError.isInstance(error)).toBe(true);
  expect(RestageError.isInstance(new Error())).toBe(false);
});
