import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@restage/contract';
import { newId, toUuid } from '@restage/contract';
import { processGeneration } from '@restage/core';
import { accounts, creditEntries, generationEvents, generations } from '@restage/db';
import { failWith } from '@restage/errors';
import { readFixture } from '@restage/fixtures';
import { findChildren } from '@restage/fixtures/processes';
import { openTransports, type Transport } from '@restage/testing/support';
import { asc, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { upload } from '../support/uploads.ts';

// One server has no worker, so that its jobs stay queued.
const idleServer = await openTransports({ work: false });
const busyServer = await openTransports({ work: true });
const [idleCaller] = idleServer.transports;
const [busyCaller] = busyServer.transports;

let owner: { id: string; key: string };
let source_uri: string;
beforeEach(async () => {
  owner = await idleServer.account({ credits: 100 });
  source_uri = await upload(idleCaller, owner.key, 'cat.png', await readFixture('cat.png'));
});

async function start(transport: Transport): Promise<Job> {
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
  const outcome = await transport.call('generations.start', sent, owner.key);
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.output;
}

/** Reads the account and its ledger. A job costs 3 of the account's 100 credits. */
async function readBalances(server = idleServer, account = owner.id) {
  const [row] = await server.ctx.db.select().from(accounts).where(eq(accounts.id, account));
  const entries = await server.ctx.db
    .select()
    .from(creditEntries)
    .where(eq(creditEntries.accountId, account));
  return {
    balance: row?.balance,
    inFlight: row?.inFlight,
    usage: row?.periodUsage,
    sum: entries.reduce((sum, { credits }) => sum + credits, 0),
    refunds: entries.filter(({ kind }) => kind === 'refund').length,
  };
}
const fullyRefunded = { balance: 100, inFlight: 0, usage: 0, sum: 100, refunds: 1 };

const readEvents = (id: string) =>
  idleServer.ctx.db
    .select({ status: generationEvents.status, progress: generationEvents.progress })
    .from(generationEvents)
    .where(eq(generationEvents.generationId, id))
    .orderBy(asc(generationEvents.id));

describe.each(idleServer.transports)('through the $name', (transport) => {
  test('repeated cancellations of a queued job cancel it at once, and refund it once', async () => {
    const { id } = await start(transport);
    const first = await transport.call('generations.cancel', { id }, owner.key);
    expect(first).toMatchObject({ ok: true, output: { id, status: 'cancelled', output: null, error: null } });
    if (first.ok) expect(first.output.completed_at).toBe(first.output.modified_at);
    expect(await transport.call('generations.cancel', { id }, owner.key)).toEqual(first);
    expect(await readBalances()).toEqual(fullyRefunded);
    expect(await readEvents(id)).toEqual([
      { status: 'in_queue', progress: 0 },
      { status: 'cancelled', progress: 0 },
    ]);
  });

  test('100 concurrent cancellations refund once', async () => {
    const { id } = await start(transport);
    const responses = await Promise.all(
      Array.from({ length: 100 }, () => transport.call('generations.cancel', { id }, owner.key)),
    );
    for (const response of responses)
      expect(response).toMatchObject({ ok: true, output: { status: 'cancelled' } });
    expect(await readBalances()).toEqual(fullyRefunded);
  });

  test.each(['completed', 'failed'] as const)(
    'a cancellation of a %s job fails with JOB_NOT_CANCELLABLE',
    async (status) => {
      const { id } = await start(transport);
      await idleServer.ctx.db.update(generations).set({ status }).where(eq(generations.id, id));
      expect(await transport.call('generations.cancel', { id }, owner.key)).toMatchObject({
        ok: false,
        code: 'JOB_NOT_CANCELLABLE',
        param: 'id',
        message: expect.stringContaining(status),
      });
      expect(await readBalances()).toMatchObject({ balance: 97, inFlight: 1, refunds: 0 });
    },
  );

  test('a cancellation of a missing job or another account’s job fails with JOB_NOT_FOUND', async () => {
    const { id } = await start(transport);
    const stranger = await idleServer.account();
    const theirs = await transport.call('generations.cancel', { id }, stranger.key);
    const absent = newId('generation', Date.now(), idleServer.ctx.random);
    expect(theirs).toMatchObject({ ok: false, code: 'JOB_NOT_FOUND' });
    expect(await transport.call('generations.cancel', { id: absent }, stranger.key)).toEqual(theirs);
    expect(await transport.call('generations.cancel', { id: 'nonsense' }, stranger.key)).toEqual(theirs);
    expect(await readBalances()).toMatchObject({ balance: 97, inFlight: 1 });
  });
});

test('a cancellation of a queued job deletes its task from the queue', async () => {
  const { id } = await start(idleCaller);
  const entry = sql`select id from queue.job where name = 'render' and id = ${toUuid(id)}::uuid`;
  expect(await idleServer.ctx.db.execute(entry)).toHaveLength(1);
  await idleCaller.call('generations.cancel', { id }, owner.key);
  expect(await idleServer.ctx.db.execute(entry)).toHaveLength(0);
});

test('a worker that gets the task of a cancelled job renders nothing', async () => {
  const { id } = await start(idleCaller);
  await idleCaller.call('generations.cancel', { id }, owner.key);
  const render = vi.spyOn(idleServer.ctx.engine, 'render');
  await processGeneration(idleServer.ctx, id, new AbortController().signal);
  expect(render).not.toHaveBeenCalled();
  expect(await readBalances()).toEqual(fullyRefunded);
});

test('a cancellation and a completion at the same time have one winner, and refund once', async () => {
  const statuses = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const account = await idleServer.account({ credits: 100 });
    const source = await upload(idleCaller, account.key, 'cat.png', await readFixture('cat.png'));
    const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri: source, prompt: 'a beach' };
    const started = await idleCaller.call('generations.start', sent, account.key);
    if (!started.ok) throw new Error(started.code);
    const { id } = started.output;
    // With an engine that fails at once, the worker completes the job while the cancellation runs.
    const engine = {
      render: async () => failWith('INVALID_INPUT', 'no'),
      close: async () => {},
    };
    // In the first rounds the cancellation starts first, in the last ones the worker.
    const headStartMs = round * round - 16;
    const [response] = await Promise.all([
      sleep(Math.max(0, headStartMs)).then(() => idleCaller.call('generations.cancel', { id }, account.key)),
      sleep(Math.max(0, -headStartMs)).then(() =>
        processGeneration({ ...idleServer.ctx, engine }, id, new AbortController().signal),
      ),
    ]);
    const [row] = await idleServer.ctx.db.select().from(generations).where(eq(generations.id, id));
    expect(row?.status).toBe(response.ok ? 'cancelled' : 'failed');
    if (!response.ok) expect(response.code).toBe('JOB_NOT_CANCELLABLE');
    expect(await readBalances(idleServer, account.id)).toEqual(fullyRefunded);
    statuses.add(String(row?.status));
  }
  expect([...statuses].sort()).toEqual(['cancelled', 'failed']);
});

test('an attempt whose job is cancelled before it has the inputs ends like any other', async () => {
  const { id } = await start(idleCaller);
  const { blobs } = idleServer.ctx;
  // The store takes the time of the cancellation.
  const slowBlobs: typeof blobs = Object.assign(Object.create(blobs), {
    async withLocalFile(...[key, use, signal]: Parameters<typeof blobs.withLocalFile>) {
      await idleCaller.call('generations.cancel', { id }, owner.key);
      await expect.poll(() => signal?.aborted).toBe(true);
      return blobs.withLocalFile(key, use, signal);
    },
  });
  const ctx = { ...idleServer.ctx, blobs: slowBlobs, engine: { render: vi.fn(), close: async () => {} } };
  expect(await processGeneration(ctx, id, new AbortController().signal)).toBe(true);
  expect(ctx.engine.render).not.toHaveBeenCalled();
  expect(await readBalances()).toEqual(fullyRefunded);
});

test('a cancellation of a running job stops its render process within two seconds', async () => {
  const account = await busyServer.account({ credits: 100 });
  const video = await upload(busyCaller, account.key, 'shot.mp4', await readFixture('wide.mp4'));
  const sent = { generation_type: 'video', alpha_mode: 'auto', source_uri: video, prompt: 'forest' };
  const started = await busyCaller.call('generations.start', sent, account.key);
  if (!started.ok) throw new Error(started.code);
  const { id } = started.output;
  await vi.waitFor(() => expect(findRenderers()).toHaveLength(1), { timeout: 20_000 });
  await vi.waitFor(
    async () => {
      const job = await busyCaller.call('generations.get', { id }, account.key);
      expect(job).toMatchObject({ output: { status: 'processing' } });
    },
    { timeout: 20_000, interval: 50 },
  );
  const [child] = findRenderers();
  const cancelledAt = performance.now();
  expect(await busyCaller.call('generations.cancel', { id }, account.key)).toMatchObject({
    ok: true,
    output: { status: 'cancelled' },
  });
  await vi.waitFor(() => expect(findRenderers()).not.toContain(child), { timeout: 5000, interval: 20 });
  expect(performance.now() - cancelledAt).toBeLessThan(2000);
  expect(await readBalances(busyServer, account.id)).toEqual(fullyRefunded);
  // The worker renders the next job.
  const cat = await upload(busyCaller, account.key, 'cat.png', await readFixture('cat.png'));
  const next = await busyCaller.call(
    'generations.start',
    { generation_type: 'image', alpha_mode: 'fill', source_uri: cat, prompt: 'a beach' },
    account.key,
  );
  if (!next.ok) throw new Error(next.code);
  await vi.waitFor(
    async () =>
      expect(await busyCaller.call('generations.get', { id: next.output.id }, account.key)).toMatchObject({
        output: { status: 'completed' },
      }),
    { timeout: 20_000, interval: 100 },
  );
});

/** Finds the render processes of this process. */
const findRenderers = () => findChildren(process.pid, 'engine/src/worker');
