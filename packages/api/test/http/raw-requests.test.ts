import { once } from 'node:events';
import { connect } from 'node:net';
import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const { url, account, lines, transports } = await openTransports({ work: false });
const { key } = await account({ credits: 10 });
const { hostname, port } = new URL(url);

interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const end = Symbol('end');

/** In a list of chunks: waits for the first event of the response. */
const event = Symbol('event');

/** Sends bytes in one or more chunks, and returns what the server sends until it closes the connection. */
function send(...chunks: readonly (string | Buffer | typeof end | typeof event)[]): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, async () => {
      for (const chunk of chunks) {
        if (chunk === end) socket.end();
        else if (chunk === event) while (!text.includes('data: ')) await once(socket, 'data');
        else socket.write(chunk, 'latin1');
        await new Promise((sent) => setTimeout(sent, 5));
      }
    });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      text += data;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n');
      const [start = '', ...fields] = head.split('\r\n');
      const headers = fields.map((field) => {
        const [name = '', value = ''] = field.split(/: (.*)/s);
        return [name.toLowerCase(), value] as const;
      });
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(start)?.[1]);
      resolve({ status, headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') });
    });
  });
}

/** Writes a request with these lines, after which the server closes the connection. */
const request = (...head: readonly string[]) => `${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`;
const authorized = ['Host: a', `x-api-key: ${key}`];
const post = (...head: readonly string[]) => request('POST /v1/uploads HTTP/1.1', ...authorized, ...head);

function expectEnvelope({ status, headers, body }: RawResponse, expected: number, code: string): void {
  expect([status, body]).toEqual([expected, expect.stringContaining('{')]);
  expect(JSON.parse(body)).toEqual({ error: { code, message: expect.stringMatching(/\S/) } });
  expect(headers).toMatchObject({
    'x-request-id': expect.stringMatching(/^req_[\w-]{36}$/),
    link: `<http://docs.restage.test/errors#${code}>; rel="help"`,
    'content-type': expect.stringMatching(/^application\/json/),
    'content-length': String(body.length),
  });
}

function expectTrpcError({ status, headers, body }: RawResponse): void {
  expect(status).toBe(400);
  expect(headers['content-type']).toMatch(/^application\/json/);
  const error = {
    code: 'INVALID_REQUEST',
    requestId: headers['x-request-id'],
    docUrl: 'http://docs.restage.test/errors#INVALID_REQUEST',
    retryable: false,
  };
  expect(JSON.parse(body)).toMatchObject({ error: { json: { data: { httpStatus: 400, error } } } });
}

describe('a health check of a load balancer', () => {
  test.each([
    ['over HTTP/1.0', request('GET /healthz HTTP/1.0')],
    ['over HTTP/1.0, without headers', 'GET /healthz HTTP/1.0\r\n\r\n'],
    ['over HTTP/1.0, with HEAD', 'HEAD /healthz HTTP/1.0\r\n\r\n'],
    ['over HTTP/1.0, with a host', request('GET /healthz HTTP/1.0', 'Host: a')],
    ['over HTTP/1.0, for readiness', 'GET /readyz HTTP/1.0\r\n\r\n'],
    ['over HTTP/1.0, with OPTIONS', 'OPTIONS /healthz HTTP/1.0\r\n\r\n'],
    ['with OPTIONS *', request('OPTIONS * HTTP/1.1', 'Host: a')],
    ['with OPTIONS *, over HTTP/1.0', 'OPTIONS * HTTP/1.0\r\n\r\n'],
    ['with an empty host', request('GET /healthz HTTP/1.1', 'Host:')],
    ['with an address as its host', request('GET /healthz HTTP/1.1', 'Host: 10.0.0.1:8787')],
    ['with an IPv6 address as its host', request('GET /healthz HTTP/1.1', 'Host: [::1]:8787')],
    ['with a whole URL', request('GET http://a.example/healthz HTTP/1.1', 'Host: a.example')],
    ['with HEAD', request('HEAD /healthz HTTP/1.1', 'Host: a')],
    ['with Expect: 100-continue', request('GET /healthz HTTP/1.1', 'Host: a', 'Expect: 100-continue')],
    ['with Upgrade: h2c', request('GET /healthz HTTP/1.1', 'Host: a', 'Upgrade: h2c')],
  ])('%s is 200', async (_, bytes) => {
    const { status, headers } = await send(bytes);
    expect(status === 100 ? 200 : status).toBe(200);
    if (status === 200) expect(headers['x-request-id']).toMatch(/^req_/);
  });

  test('with OPTIONS gets the methods in allow', async () => {
    const { headers } = await send(request('OPTIONS * HTTP/1.1', 'Host: a'));
    expect(headers).toMatchObject({ allow: 'DELETE, GET, HEAD, OPTIONS, POST, PUT', 'content-length': '0' });
    const probe = await send(request('OPTIONS /healthz HTTP/1.1', 'Host: a'));
    expect(probe.headers.allow).toBe('GET, HEAD, OPTIONS');
  });
});

describe('a request that Node would reject with an empty body is INVALID_REQUEST in the envelope:', () => {
  test.each([
    ['no host', request('GET /healthz HTTP/1.1')],
    ['two hosts', request('GET /healthz HTTP/1.1', 'Host: a', 'Host: b')],
    ['the same host twice', request('GET /healthz HTTP/1.1', 'Host: a', 'host: a')],
    ['two hosts in HTTP/1.0', request('GET /healthz HTTP/1.0', 'Host: a', 'Host: b')],
    ['a host with a space', request('GET /healthz HTTP/1.1', 'Host: a b')],
    ['a host with a path', request('GET /healthz HTTP/1.1', 'Host: a/b')],
    ['a host with a query', request('GET /healthz HTTP/1.1', 'Host: a?b')],
    ['a host with a fragment', request('GET /healthz HTTP/1.1', 'Host: a#b')],
    ['a host with a user', request('GET /healthz HTTP/1.1', 'Host: user@a')],
    ['a host with an invalid port', request('GET /healthz HTTP/1.1', 'Host: a:99999')],
    ['a host with an incomplete address', request('GET /healthz HTTP/1.1', 'Host: [::1')],
    ['a host that is not ASCII', request('GET /healthz HTTP/1.1', 'Host: \xe9')],
    ['a target without a slash', request('GET healthz HTTP/1.1', 'Host: a')],
    ['a target that only OPTIONS allows', request('GET * HTTP/1.1', 'Host: a')],
    ['a target with a backslash', request('GET /a\\b HTTP/1.1', 'Host: a')],
    ['a target with an incomplete URL', request('GET http:// HTTP/1.1', 'Host: a')],
    ['not HTTP', 'hello\r\n\r\n'],
    ['TLS', Buffer.from('1603010200010001fc0303', 'hex')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/9.9', request('GET /healthz HTTP/9.9', 'Host: a')],
    ['a method in lower case', request('get /healthz HTTP/1.1', 'Host: a')],
    ['an unknown method', request('BREW /pot HTTP/1.1', 'Host: a')],
    ['CONNECT', request('CONNECT a:1 HTTP/1.1', 'Host: a')],
    ['a header without a colon', request('GET /healthz HTTP/1.1', 'Host: a', 'nonsense')],
    ['a header with NUL', request('GET /healthz HTTP/1.1', 'Host: a', 'x: a\0b')],
    ['a header name with a space', request('GET /healthz HTTP/1.1', 'Host: a', 'x : a')],
    ['two lengths', post('Content-Length: 1', 'Content-Length: 2')],
    ['an invalid length', post('Content-Length: 1x')],
    ['a negative length', post('Content-Length: -1')],
    [
      'a length and a transfer encoding',
      `${post('Content-Length: 3', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['an unknown transfer encoding', post('Transfer-Encoding: gzip')],
    ['a transfer encoding after chunked', post('Transfer-Encoding: chunked, gzip')],
    ['a chunk without a size', `${post('Transfer-Encoding: chunked')}x\r\n`],
    ['an empty body', post('Content-Length: 0')],
    ['no body', post()],
    ['no chunk', `${post('Transfer-Encoding: chunked')}0\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    expectEnvelope(await send(bytes), 400, 'INVALID_REQUEST');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['a body', `${post('Content-Length: 10')}{`],
    ['chunks', `${post('Transfer-Encoding: chunked')}5\r\n{`],
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: a'],
  ])('incomplete %s', async (_, bytes) => {
    expectEnvelope(await send(bytes, end), 400, 'INVALID_REQUEST');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each(['200-ok', 'x', '', '100-continued'])(
    'an expectation of %j, with status 417',
    async (expectation) => {
      const response = await send(request('GET /healthz HTTP/1.1', 'Host: a', `Expect: ${expectation}`));
      expectEnvelope(response, 417, 'INVALID_REQUEST');
      expect(response.headers['x-error-param']).toBe('expect');
    },
  );

  test.each([17, 40, 60, 200, 1000])('a request line or headers of %i KB', async (kilobytes) => {
    const long = 'x'.repeat(kilobytes * 1024);
    for (const bytes of [
      request('GET /healthz HTTP/1.1', 'Host: a', `x-long: ${long}`),
      request(`GET /healthz?${long} HTTP/1.1`, 'Host: a'),
      request(
        'GET /healthz HTTP/1.1',
        'Host: a',
        ...(long.match(/.{1024}/g)?.map((each) => `x: ${each}`) ?? []),
      ),
    ]) {
      const response = await send(bytes);
      expectEnvelope(response, 400, 'INVALID_REQUEST');
      expect(response.body).toContain('16 KB');
    }
  });

  test('headers of almost 16 KB are accepted', async () => {
    expect((await send(request('GET /healthz HTTP/1.1', 'Host: a', `x: ${'x'.repeat(15_000)}`))).status).toBe(
      200,
    );
  });
});

describe('an invalid request below /trpc is INVALID_REQUEST in tRPC’s format:', () => {
  test.each([
    [
      'a GET that is too long',
      request(`GET /trpc/generations.list?input=${'x'.repeat(20_000)} HTTP/1.1`, 'Host: a'),
    ],
    [
      'a GET that is much too long',
      request(`GET /trpc/generations.list?input=${'x'.repeat(70_000)} HTTP/1.1`, 'Host: a'),
    ],
    [
      'a POST with headers that are too long',
      request('POST /trpc/uploads.create HTTP/1.1', 'Host: a', `x: ${'x'.repeat(20_000)}`),
    ],
    [
      'a whole URL that is too long',
      request(`GET http://a/trpc/x?input=${'x'.repeat(20_000)} HTTP/1.1`, 'Host: a'),
    ],
    ['no host', request('GET /trpc/account.info HTTP/1.1')],
    ['a bad host', request('GET /trpc/account.info HTTP/1.1', 'Host: a b')],
    ['a header without a colon', request('GET /trpc/account.info HTTP/1.1', 'Host: a', 'nonsense')],
    [
      'two lengths',
      request('POST /trpc/uploads.create HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2'),
    ],
  ])('%s', async (_, bytes) => {
    expectTrpcError(await send(bytes));
  });

  test('a request beside /trpc gets the envelope', async () => {
    for (const path of ['/trpcx', '/v1/trpc/x', '/?/trpc/']) {
      expectEnvelope(await send(request(`GET ${path} HTTP/1.1`)), 400, 'INVALID_REQUEST');
    }
  });
});

describe('HEAD', () => {
  const paths = [
    '/healthz',
    '/docs',
    '/nothing',
    '/v1/uploads',
    '/v1/account/info',
    '/v1/switchx/generations',
    '/v1/switchx/generations/swx_x',
    '/v1/switchx/generations?limit=0',
    '/files/outputs/a/b/c',
    '/openapi.json',
  ];
  test.each(paths)('of %s has the status and headers of GET, without a body', async (path) => {
    for (const headers of [
      ['Host: a'],
      authorized,
      ['Host: a', 'Host: b'],
      ['Host: a b'],
      ['Host: a', 'Expect: x'],
    ]) {
      const got = await send(request(`GET ${path} HTTP/1.1`, ...headers));
      const head = await send(request(`HEAD ${path} HTTP/1.1`, ...headers));
      expect([head.status, head.body]).toEqual([got.status, '']);
      expect(Object.keys(head.headers)).toEqual(expect.arrayContaining(['x-request-id', 'content-type']));
      expect(head.headers['x-error-param']).toBe(got.headers['x-error-param']);
    }
  });

  test('that is invalid is 400 without a body', async () => {
    const { status, body } = await send(request('HEAD /healthz HTTP/1.1', 'Host: a', 'nonsense'));
    expect([status, body]).toEqual([400, '']);
  });
});

describe('a connection', () => {
  test('gets its response, and then an error for invalid bytes after the request', async () => {
    const response = await send(`GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n`, 'nonsense\r\n\r\n');
    expect(response.status).toBe(200);
    const [body = '', error = ''] = response.body.split('HTTP/1.1 400 Bad Request');
    expect(JSON.parse(body)).toEqual({ status: 'ok' });
    expect(error).toContain('INVALID_REQUEST');
  });

  test('closes on invalid bytes during a response, and adds nothing to the response', async () => {
    const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
    const sent = { generation_type: 'image', alpha_mode: 'fill', prompt: 'x', source_uri };
    const started = await transports[2].call('generations.start', sent, key);
    const path = `/v1/switchx/generations/${started?.ok && started.output.id}/events`;
    const stream = `${[`GET ${path} HTTP/1.1`, ...authorized].join('\r\n')}\r\n\r\n`;
    const { status, body } = await send(stream, event, 'nonsense\r\n\r\n');
    expect([status, body]).toEqual([200, expect.stringContaining('"status":"in_queue"')]);
    expect(body).not.toContain('INVALID_REQUEST');
  });

  test('closes after a request with an invalid head', async () => {
    const bad = 'POST /v1/uploads HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde';
    const { status, body } = await send(`${bad}GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(status).toBe(400);
    expect(body).not.toContain('HTTP/1.1');
  });

  test('accepts a chunked body, and a body after 100-continue', async () => {
    const sent = post('Transfer-Encoding: chunked');
    const response = await send(sent, '9\r\n{"filenam\r\n', 'b\r\ne":"a.png"}\r\n', '0\r\n\r\n');
    expect(response.status).toBe(200);
    const body = '{"filename":"a.png"}';
    const awaited = await send(post('Expect: 100-continue', `Content-Length: ${body.length}`), body);
    expect([awaited.status, awaited.body]).toEqual([100, expect.stringMatching(/^HTTP\/1\.1 200 OK/)]);
  });
});
