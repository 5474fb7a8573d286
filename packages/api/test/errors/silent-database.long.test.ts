import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { createDatabaseProxy } from '../support/database-proxy.ts';

const proxy = createDatabaseProxy();
const server = await openTransports({ work: false, databaseUrl: proxy.start });

test('if the database does not respond, every transport gets INTERNAL_ERROR within seconds, and recovers later', async () => {
  const owner = await server.account();
  for (const transport of server.transports)
    expect(await transport.call('account.info', undefined, owner.key)).toMatchObject({ ok: true });
  server.ctx.keyCache.clear();
  proxy.freeze();
  for (const transport of server.transports) {
    const started = performance.now();
    const write = await transport.call('uploads.create', { filename: 'a.png' }, owner.key);
    expect(write).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
    // A generous bound, far below the driver's own timeout of 30 seconds.
    expect(performance.now() - started).toBeLessThan(10_000);
  }
  // Only 256 requests may wait for the database; the others fail at once.
  const [transport] = server.transports;
  const requests = Array.from({ length: 300 }, async () => {
    const startedAt = performance.now();
    await transport?.call('account.info', undefined, owner.key);
    return performance.now() - startedAt;
  });
  const durations = (await Promise.all(requests)).sort((a, b) => a - b);
  expect(durations[30]).toBeLessThan(500);
  expect(durations[299]).toBeGreaterThan(2900);
  proxy.recover();
  await expect
    .poll(async () => (await server.transports[0]?.call('account.info', undefined, owner.key))?.ok, {
      timeout: 20_000,
    })
    .toBe(true);
});
