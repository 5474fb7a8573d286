import { createServer, connect as dial, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';

/** What stands between the world and its database, and can stop to forward. */
const sockets = new Set<Socket>();
let silent = false;

async function between(url: string): Promise<string> {
  const target = new URL(url);
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!silent) to.write(chunk);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  afterAll(() => server.close());
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  return Object.assign(new URL(url), { port: String(address.port) }).href;
}

const world = await openDoors({ work: false, databaseUrl: between });

test('with a database that has gone silent, every door answers within a second or so, and says no', async () => {
  const owner = await world.account();
  for (const door of world.doors)
    expect(await door.call('account.info', undefined, owner.key)).toMatchObject({ ok: true });
  world.ctx.keyCache.clear();
  silent = true;
  for (const door of world.doors) {
    const started = performance.now();
    const write = await door.call('uploads.create', { filename: 'a.png' }, owner.key);
    expect(write).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
    // A generous bound: what is meant is that it does not hang for the driver's own thirty seconds.
    expect(performance.now() - started).toBeLessThan(5000);
  }
  // More than may wait for it are turned away at once, so that nothing piles up that would be done for nobody.
  const [door] = world.doors;
  const crowd = Array.from({ length: 300 }, async () => {
    const began = performance.now();
    await door?.call('account.info', undefined, owner.key);
    return performance.now() - began;
  });
  const waited = (await Promise.all(crowd)).sort((a, b) => a - b);
  expect(waited[30]).toBeLessThan(500);
  expect(waited[299]).toBeGreaterThan(900);
  silent = false;
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(async () => (await world.doors[0]?.call('account.info', undefined, owner.key))?.ok, {
      timeout: 20_000,
    })
    .toBe(true);
});
