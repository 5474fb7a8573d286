import { connect, createServer, type Socket } from 'node:net';
import { openTransports } from '@restage/testing/support';
import { afterAll, expect, test } from 'vitest';

/** The connections of a proxy between the server and its database. While `isSilent`, it forwards nothing. */
const sockets = new Set<Socket>();
let isSilent = false;

async function startProxy(url: string): Promise<string> {
  const target = new URL(url);
  const proxy = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!isSilent) to.write(chunk);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
  afterAll(() => proxy.close());
  const address = proxy.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  return Object.assign(new URL(url), { port: String(address.port) }).href;
}

const server = await openTransports({ work: false, databaseUrl: startProxy });

test('if the database does not respond, every transport gets INTERNAL_ERROR within seconds, and recovers later', async () => {
  const owner = await server.account();
  for (const transport of server.transports)
    expect(await transport.call('account.info', undefined, owner.key)).toMatchObject({ ok: true });
  server.ctx.keyCache.clear();
  isSilent = true;
  for (const transport of server.transports) {
    const started = performance.now();
    const write = await transport.call('uploads.create', { filename: 'a.png' }, owner.key);
    expect(write).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
    // A generous bound, far below the driver's own timeout of 30 seconds.
    expect(performance.now() - started).toBeLessThan(5000);
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
  expect(durations[299]).toBeGreaterThan(900);
  isSilent = false;
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(async () => (await server.transports[0]?.call('account.info', undefined, owner.key))?.ok, {
      timeout: 20_000,
    })
    .toBe(true);
});
