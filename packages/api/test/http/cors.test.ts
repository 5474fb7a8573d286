import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../support/http-client.ts';

const server = await openTransports({ work: false, corsOrigins: ['https://app.example'] });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

describe('a web page of a configured origin', () => {
  const preflight = (origin: string) =>
    client.request('/v1/uploads', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    });

  test('may send requests, and read the response headers', async () => {
    const preflightResponse = await preflight('https://app.example');
    expect(preflightResponse.status).toBe(204);
    expect(preflightResponse.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(preflightResponse.headers.get('access-control-allow-headers')).toContain('x-api-key');
    const response = await client.request('/v1/account/info', {
      headers: { origin: 'https://app.example', 'x-api-key': key },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after');
  });

  test.each([
    ['POST', '/v1/switchx/generations', ['x-api-key', 'content-type', 'idempotency-key']],
    ['GET', '/v1/switchx/generations/swx_1', ['authorization', 'prefer', 'if-none-match']],
    ['GET', '/v1/switchx/generations/swx_1/events', ['x-api-key', 'last-event-id']],
    ['POST', '/trpc/generations.start', ['x-api-key', 'content-type', 'x-restage-simulate', 'trpc-accept']],
    ['PUT', '/files/upload', ['content-type']],
  ])('may send every request header that the API reads: %s %s', async (method, path, headers) => {
    const response = await client.request(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': method,
        'access-control-request-headers': headers.join(','),
      },
    });
    const listed = (name: string) => response.headers.get(`access-control-allow-${name}`)?.split(',') ?? [];
    expect(response.status).toBe(204);
    expect(listed('methods')).toContain(method);
    expect(listed('headers')).toEqual(expect.arrayContaining(headers));
  });

  test('may read every response header, also of errors', async () => {
    const response = await client.request('/v1/uploads', {
      method: 'POST',
      headers: { origin: 'https://app.example' },
    });
    expect(response.status).toBe(401);
    const exposed = response.headers.get('access-control-expose-headers')?.split(',');
    const errorHeaders = [
      'x-request-id',
      'x-error-param',
      'link',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
    ];
    expect(exposed).toEqual(expect.arrayContaining([...errorHeaders, 'etag', 'idempotency-replayed']));
  });

  test('of another origin may send no requests', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const response = await client.request('/v1/account/info', {
      headers: { origin: 'https://evil.example', 'x-api-key': key },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
