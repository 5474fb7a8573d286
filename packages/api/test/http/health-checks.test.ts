import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { createProbes } from '../../src/index.ts';
import { createHttpClient, expectEnvelope } from '../support/http-client.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

test('GET /healthz and GET /readyz need no key', async () => {
  expect(await (await client.request('/healthz')).json()).toEqual({ status: 'ok' });
  expect(await (await client.request('/readyz')).json()).toEqual({
    status: 'ok',
    checks: { database: true },
  });
});

describe('a worker process', () => {
  const options = { publicUrl: 'http://docs.restage.test', ready: async () => ({ database: false }) };
  const probes = createProbes(server.ctx, options);

  test('responds to health checks with a request id, and to /readyz with 503 if it is not ready', async () => {
    const health = await probes.request('/healthz');
    expect([health.status, health.headers.get('x-request-id')]).toEqual([
      200,
      expect.stringMatching(/^req_/),
    ]);
    expect((await probes.request('/readyz')).status).toBe(503);
  });

  test('responds to all other requests with an error envelope', async () => {
    await expectEnvelope(await probes.request('/v1/uploads', { method: 'POST' }), 'NOT_FOUND');
    await expectEnvelope(await probes.request('/healthz', { method: 'POST' }), 'METHOD_NOT_ALLOWED');
  });
});
