import { describe, expect, test } from 'vitest';
import { safe } from '../src/index.ts';
import {
  createJob,
  createTestClient,
  findClosedPort,
  sendError,
  sendJson,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

const startInput = {
  generation_type: 'image',
  alpha_mode: 'auto',
  source_uri: 'https://a.test/b.png',
} as const;

/** Waits for a call to fail, and returns its error. */
async function getError(call: Promise<unknown>) {
  const result = await safe(call);
  if (result.ok) throw new Error('the call succeeded');
  return result.error;
}

describe('a call', () => {
  test('sends the API key, and returns the server’s result', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    expect(await createTestClient(`${url}/`).generations.get('swx_1')).toEqual(createJob());
    expect(received[0]?.request.headers['x-api-key']).toBe('rsk_test');
    expect(received[0]?.request.url).toBe(
      `/trpc/generations.get?input=${encodeURIComponent('{"json":{"id":"swx_1"}}')}`,
    );
  });

  test('fails with an error that has all fields of the server’s error', async () => {
    const { url } = await startStubServer((response) =>
      sendError(response, 'INVALID_URI', { data: { param: 'source_uri' } }),
    );
    const error = await getError(createTestClient(url).generations.start(startInput));
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

  test('does not follow a redirect, and does not send the key there', async () => {
    const elsewhere = await startStubServer((response) => sendResult(response, createJob()));
    const { url } = await startStubServer((response) =>
      response.writeHead(307, { location: `${elsewhere.url}/trpc` }).end(),
    );
    const error = await getError(createTestClient(url).generations.get('swx_1'));
    expect(error).toMatchObject({ code: 'UNKNOWN', status: 307 });
    expect(error.message).toContain(`${elsewhere.url}/trpc`);
    expect(elsewhere.received).toHaveLength(0);
  });

  test('throws an error of the caller’s own code unchanged', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    const input = {
      ...startInput,
      get seed(): number {
        throw new RangeError('a bug');
      },
    };
    await expect(createTestClient(url).call('generations.start', input)).rejects.toThrow(RangeError);
    expect(received).toHaveLength(0);
  });
});

test('call throws for a subscription', async () => {
  const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
  const call = createTestClient(url).call('generations.watch' as never, { id: 'swx_1' } as never);
  await expect(call).rejects.toThrow('use restage.generations.watch');
  expect(received).toHaveLength(0);
});

describe('an unknown response', () => {
  test('a code of a newer server is UNKNOWN, with its wireCode and retryable', async () => {
    const { url, received } = await startStubServer((response) =>
      sendError(response, 'SOURCE_TOO_LOUD', { data: { retryable: false } }),
    );
    const error = await getError(createTestClient(url).generations.get('swx_1'));
    expect(error).toMatchObject({
      code: 'UNKNOWN',
      wireCode: 'SOURCE_TOO_LOUD',
      status: 400,
      retryable: false,
      message: 'SOURCE_TOO_LOUD in words',
    });
    expect(received).toHaveLength(1);
  });

  test('an error envelope instead of tRPC’s format is decoded', async () => {
    const { url } = await startStubServer((response) =>
      sendJson(
        response,
        404,
        { error: { code: 'NOT_FOUND', message: 'no such route' } },
        { 'x-request-id': 'req_2' },
      ),
    );
    const error = await getError(createTestClient(url).account.info());
    // No procedure declares it: `baseUrl` leads to another route.
    expect(error).toMatchObject({
      code: 'UNKNOWN',
      wireCode: 'NOT_FOUND',
      message: 'no such route',
      status: 404,
      requestId: 'req_2',
    });
  });

  test.each([
    ['an HTML page', 'text/html', '<h1>Welcome</h1>'],
    ['other JSON', 'application/json', '{"hello":"world"}'],
    ['no body', 'text/plain', ''],
  ])('%s with status 200 is UNKNOWN, and is not retried', async (_, type, body) => {
    const { url, received } = await startStubServer((response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    expect(await getError(createTestClient(url).account.info())).toMatchObject({
      code: 'UNKNOWN',
      status: 200,
    });
    expect(received).toHaveLength(1);
  });

  test('status 502 of a proxy is retried', async () => {
    const { url, received } = await startStubServer((response, _, nth) =>
      nth < 3 ? response.writeHead(502).end('<h1>Bad Gateway</h1>') : sendResult(response, createJob()),
    );
    expect(await createTestClient(url).generations.get('swx_1')).toEqual(createJob());
    expect(received).toHaveLength(3);
  });
});

describe('retries', () => {
  test('a start that is retried sends the same idempotency key each time', async () => {
    const { url, received } = await startStubServer((response, _, nth) => {
      if (nth === 1) response.destroy();
      else if (nth === 2) sendError(response, 'JOB_QUEUE_FAILED');
      else sendResult(response, createJob());
    });
    const restage = createTestClient(url);
    await restage.generations.start(startInput);
    await restage.generations.start(startInput);
    const keys = received.map(({ body }) => JSON.parse(String(body)).json.idempotency_key as string);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[0]).toMatch(/^sdk_[0-9a-f]{32}$/);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test('a start sends the idempotency key of its input', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    await createTestClient(url).generations.start({ ...startInput, idempotency_key: 'order 7' });
    expect(JSON.parse(String(received[0]?.body)).json.idempotency_key).toBe('order 7');
  });

  test('a key is created and a secret rotated once, unless retries are asked for', async () => {
    const { url, received } = await startStubServer((response) => response.destroy());
    const client = createTestClient(url, { maxRetries: 2 });
    const key = { name: 'a', mode: 'live' } as const;
    expect(await getError(client.keys.create(key))).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(await getError(client.webhooks.rotateSecret())).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(received).toHaveLength(2);
    await getError(client.keys.create(key, { maxRetries: 1 }));
    expect(received).toHaveLength(4);
  });

  test('an incomplete response is retried', async () => {
    const { url, received } = await startStubServer((response, _, nth) => {
      if (nth > 1) return sendResult(response, createJob());
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"result":', () => response.destroy());
    });
    expect(await createTestClient(url).generations.get('swx_1')).toEqual(createJob());
    expect(received).toHaveLength(2);
  });

  test('a call fails with CONNECTION_FAILED after the last retry', async () => {
    const { url, received } = await startStubServer((response) => response.destroy());
    const error = await getError(createTestClient(url, { maxRetries: 2 }).account.info());
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true, status: undefined });
    expect(received).toHaveLength(3);
  });

  test('a call to a closed port fails with CONNECTION_FAILED and the reason', async () => {
    const port = await findClosedPort();
    const restage = createTestClient(`http://127.0.0.1:${port}`, { maxRetries: 0 });
    const { code, message } = await getError(restage.account.info());
    expect(code).toBe('CONNECTION_FAILED');
    expect(message).toBe(
      `Could not get a response from http://127.0.0.1:${port}/trpc/account.info: ECONNREFUSED.`,
    );
  });

  test('a 429 is retried after retry-after, not before', async () => {
    const { url, received } = await startStubServer((response, _, nth) =>
      nth === 1
        ? sendError(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '1' } })
        : sendResult(response, createJob()),
    );
    await createTestClient(url).generations.get('swx_1');
    const [first, second] = received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(995);
  });

  test('a 429 is retried after the date in retry-after', async () => {
    // Dates have whole seconds: two ahead is more than one from now.
    const date = new Date(Date.now() + 2_000).toUTCString();
    const { url, received } = await startStubServer((response, _, nth) =>
      nth === 1
        ? sendError(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': date } })
        : sendResult(response, createJob()),
    );
    await createTestClient(url).generations.get('swx_1');
    const [first, second] = received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
  });

  test('a start without a response fails with the idempotency key that it sent', async () => {
    const { url, received } = await startStubServer((response) => response.destroy());
    const lost = await getError(createTestClient(url, { maxRetries: 1 }).generations.start(startInput));
    expect(lost.code).toBe('CONNECTION_FAILED');
    const sent = received.map(({ body }) => JSON.parse(String(body)).json.idempotency_key as string);
    expect(sent).toEqual([lost.idempotencyKey, lost.idempotencyKey]);
  });

  test('a call fails at once if retry-after exceeds timeoutMs', async () => {
    const { url, received } = await startStubServer((response) =>
      sendError(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '60' } }),
    );
    const before = performance.now();
    const error = await getError(createTestClient(url, { timeoutMs: 2_000 }).account.info());
    expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfter: 60, retryable: true });
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(received).toHaveLength(1);
  });

  test.each(['INVALID_API_KEY', 'INVALID_REQUEST', 'JOB_NOT_FOUND'])('%s is not retried', async (code) => {
    const { url, received } = await startStubServer((response) => sendError(response, code));
    expect((await getError(createTestClient(url).generations.get('swx_1'))).code).toBe(code);
    expect(received).toHaveLength(1);
  });
});

describe('timeouts and abort', () => {
  test('an attempt that exceeds attemptTimeoutMs is retried', async () => {
    const { url, received } = await startStubServer((response, _, nth) => {
      if (nth > 1) sendResult(response, createJob());
    });
    expect(await createTestClient(url, { attemptTimeoutMs: 100 }).generations.get('swx_1')).toEqual(
      createJob(),
    );
    expect(received).toHaveLength(2);
  });

  test('a response body that never ends exceeds attemptTimeoutMs', async () => {
    const { url } = await startStubServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    });
    const error = await getError(
      createTestClient(url, { attemptTimeoutMs: 100, maxRetries: 0 }).account.info(),
    );
    expect(error).toMatchObject({ code: 'TIMED_OUT', retryable: true });
  });

  test('a call fails with TIMED_OUT after timeoutMs, even with retries left', async () => {
    const { url } = await startStubServer(() => {});
    const before = performance.now();
    const error = await getError(
      createTestClient(url, { attemptTimeoutMs: 80, maxRetries: 100 }).account.info({ timeoutMs: 300 }),
    );
    expect(error.code).toBe('TIMED_OUT');
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test('abort ends an attempt at once, without a retry', async () => {
    const { url, received } = await startStubServer(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('user navigated away')), 50);
    const error = await getError(createTestClient(url).account.info({ signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
    expect(error.cause).toEqual(new Error('user navigated away'));
    expect(received).toHaveLength(1);
  });

  test('abort ends the delay before a retry at once', async () => {
    const { url } = await startStubServer((response) =>
      sendError(response, 'RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': '30' } }),
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const before = performance.now();
    const error = await getError(createTestClient(url).account.info({ signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('a call with an aborted signal sends nothing', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    const error = await getError(createTestClient(url).account.info({ signal: AbortSignal.abort() }));
    expect(error.code).toBe('ABORTED');
    expect(received).toHaveLength(0);
  });

  test('a fetch that ignores its signal is abandoned after attemptTimeoutMs', async () => {
    const restage = createTestClient('http://127.0.0.1:1', {
      fetch: () => new Promise(() => {}),
      attemptTimeoutMs: 50,
      maxRetries: 0,
    });
    expect((await getError(restage.account.info())).code).toBe('TIMED_OUT');
  });
});
