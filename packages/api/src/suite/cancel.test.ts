import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@restage/contract';
import { newId, uuidOf } from '@restage/contract';
import { processGeneration } from '@restage/core';
import { accounts, creditEntries, generationEvents, generations } from '@restage/db';
import { failWith } from '@restage/errors';
import { readFixture } from '@restage/fixtures';
import { findChildren } from '@restage/fixtures/processes';
import { asc, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Door, openDoors } from '../testing/suite/index.ts';
import { put } from './footage.ts';

// One world renders nothing, so that its jobs stay queued; the other renders.
const still = await openDoors({ work: false });
const busy = await openDoors({ work: true });
const [stillCaller] = still.doors;
const [busyCaller] = busy.doors;
if (!stillCaller || !busyCaller) throw new Error('no doors');

let owner: { id: string; key: string };
let source_uri: string;
beforeEach(async () => {
  owner = await still.account({ credits: 100 });
  source_uri = await put(stillCaller, owner.key, 'cat.png', await readFixture('cat.png'));
});

async function start(door: Door): Promise<Job> {
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
  const outcome = await door.call('generations.start', sent, owner.key);
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.output;
}

/** What the account and the ledger say of a job, which costs 3 of the account's 100 credits. */
async function books(world = still, account = owner.id) {
  const [row] = await world.ctx.db.select().from(accounts).where(eq(accounts.id, account));
  const entries = await world.ctx.db.select().from(creditEntries).where(eq(creditEntries.accountId, account));
  return {
    balance: row?.balance,
    inFlight: row?.inFlight,
    usage: row?.periodUsage,
    sum: entries.reduce((sum, { credits }) => sum + credits, 0),
    refunds: entries.filter(({ kind }) => kind === 'refund').length,
  };
}
const whole = { balance: 100, inFlight: 0, usage: 0, sum: 100, refunds: 1 };

const events = (id: string) =>
  still.ctx.db
    .select({ status: generationEvents.status, progress: generationEvents.progress })
    .from(generationEvents)
    .where(eq(generationEvents.generationId, id))
    .orderBy(asc(generationEvents.id));

describe.each(still.doors)('through the $name', (door) => {
  test('a queued job is cancelled at once and refunded in full, once, however often it is asked', async () => {
    const { id } = await start(door);
    const first = await door.call('generations.cancel', { id }, owner.key);
    expect(first).toMatchObject({ ok: true, output: { id, status: 'cancelled', output: null, error: null } });
    if (first.ok) expect(first.output.completed_at).toBe(first.output.modified_at);
    expect(await door.call('generations.cancel', { id }, owner.key)).toEqual(first);
    expect(await books()).toEqual(whole);
    expect(await events(id)).toEqual([
      { status: 'in_queue', progress: 0 },
      { status: 'cancelled', progress: 0 },
    ]);
  });

  test('a hundred cancellations at once refund once', async () => {
    const { id } = await start(door);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => door.call('generations.cancel', { id }, owner.key)),
    );
    for (const answer of answers) expect(answer).toMatchObject({ ok: true, output: { status: 'cancelled' } });
    expect(await books()).toEqual(whole);
  });

  test.each(['completed', 'failed'] as const)('a job that has %s is JOB_NOT_CANCELLABLE', async (status) => {
    const { id } = await start(door);
    await still.ctx.db.update(generations).set({ status }).where(eq(generations.id, id));
    expect(await door.call('generations.cancel', { id }, owner.key)).toMatchObject({
      ok: false,
      code: 'JOB_NOT_CANCELLABLE',
      param: 'id',
      message: expect.stringContaining(status),
    });
    expect(await books()).toMatchObject({ balance: 97, inFlight: 1, refunds: 0 });
  });

  test('a job that is not there and one that is another’s are JOB_NOT_FOUND', async () => {
    const { id } = await start(door);
    const stranger = await still.account();
    const theirs = await door.call('generations.cancel', { id }, stranger.key);
    const absent = newId('generation', Date.now(), still.ctx.random);
    expect(theirs).toMatchObject({ ok: false, code: 'JOB_NOT_FOUND' });
    expect(await door.call('generations.cancel', { id: absent }, stranger.key)).toEqual(theirs);
    expect(await door.call('generations.cancel', { id: 'nonsense' }, stranger.key)).toEqual(theirs);
    expect(await books()).toMatchObject({ balance: 97, inFlight: 1 });
  });
});

test('the queue forgets a job that is cancelled before anybody took it', async () => {
  const { id } = await start(stillCaller);
  const entry = sql`select id from queue.job where name = 'render' and id = ${uuidOf(id)}::uuid`;
  expect(await still.ctx.db.execute(entry)).toHaveLength(1);
  await stillCaller.call('generations.cancel', { id }, owner.key);
  expect(await still.ctx.db.execute(entry)).toHaveLength(0);
});

test('a task whose job was cancelled is passed over, and nothing is rendered', async () => {
  const { id } = await start(stillCaller);
  await stillCaller.call('generations.cancel', { id }, owner.key);
  const render = vi.spyOn(still.ctx.engine, 'render');
  await processGeneration(still.ctx, id, new AbortController().signal);
  expect(render).not.toHaveBeenCalled();
  expect(await books()).toEqual(whole);
});

test('a cancellation and a worker that settles at the same moment: one of them wins, and the books hold', async () => {
  const seen = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const account = await still.account({ credits: 100 });
    const source = await put(stillCaller, account.key, 'cat.png', await readFixture('cat.png'));
    const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri: source, prompt: 'a beach' };
    const started = await stillCaller.call('generations.start', sent, account.key);
    if (!started.ok) throw new Error(started.code);
    const { id } = started.output;
    // An engine that fails at once brings the worker to its settling as the cancellation comes in.
    const engine = {
      render: async () => failWith('MODEL_FAILED', 'no'),
      close: async () => {},
    };
    // In the first rounds the cancellation has the start, in the last ones the worker.
    const lead = round * round - 16;
    const [answer] = await Promise.all([
      sleep(Math.max(0, lead)).then(() => stillCaller.call('generations.cancel', { id }, account.key)),
      sleep(Math.max(0, -lead)).then(() =>
        processGeneration({ ...still.ctx, engine }, id, new AbortController().signal),
      ),
    ]);
    const [row] = await still.ctx.db.select().from(generations).where(eq(generations.id, id));
    expect(row?.status).toBe(answer.ok ? 'cancelled' : 'failed');
    if (!answer.ok) expect(answer.code).toBe('JOB_NOT_CANCELLABLE');
    expect(await books(still, account.id)).toEqual(whole);
    seen.add(String(row?.status));
  }
  expect([...seen].sort()).toEqual(['cancelled', 'failed']);
});

test('a running job is cancelled, and the process that renders it is gone within two seconds', async () => {
  const account = await busy.account({ credits: 100 });
  const video = await put(busyCaller, account.key, 'shot.mp4', await readFixture('wide.mp4'));
  const sent = { generation_type: 'video', alpha_mode: 'auto', source_uri: video, prompt: 'forest' };
  const started = await busyCaller.call('generations.start', sent, account.key);
  if (!started.ok) throw new Error(started.code);
  const { id } = started.output;
  await vi.waitFor(() => expect(renderers()).toHaveLength(1), { timeout: 20_000 });
  await vi.waitFor(
    async () => {
      const job = await busyCaller.call('generations.get', { id }, account.key);
      expect(job).toMatchObject({ output: { status: 'processing' } });
    },
    { timeout: 20_000, interval: 50 },
  );
  const [child] = renderers();
  const asked = performance.now();
  expect(await busyCaller.call('generations.cancel', { id }, account.key)).toMatchObject({
    ok: true,
    output: { status: 'cancelled' },
  });
  await vi.waitFor(() => expect(renderers()).not.toContain(child), { timeout: 5000, interval: 20 });
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(await books(busy, account.id)).toEqual(whole);
  // The worker is free for the next job, and what the cancelled one made is not kept.
  const cat = await put(busyCaller, account.key, 'cat.png', await readFixture('cat.png'));
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

/** The processes that render for this one. */
const renderers = () => findChildren(process.pid, 'engine/src/worker');
