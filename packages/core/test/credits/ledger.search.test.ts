import { accounts, creditEntries, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { searchRuns } from '@restage/fixtures/searches';
import { openTestServices } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeGeneration } from '../../src/generations/worker/complete.ts';
import { failDeadLettered } from '../../src/generations/worker/dead-letter.ts';
import {
  cancelGeneration,
  grantCredits,
  processGeneration,
  reconcile,
  startGeneration,
} from '../../src/index.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
const { ctx } = server;

/** Jobs in flight that the account may have, and the credits that it begins with. */
const concurrency = 4;
const firstCredits = 10;

/** What can happen to an account. `job` picks one of its jobs, in whatever state it is. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('grant' as const), credits: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('correct' as const), credits: fc.integer({ min: -5, max: -1 }) }),
  fc.record({
    kind: fc.constant('start' as const),
    key: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    resolution: fc.constantFrom(720 as const, 1080 as const),
    /** The same request so many times at once. */
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constantFrom(
      'complete' as const,
      'fail' as const,
      'cancel' as const,
      'cancel rolled back' as const,
      'dead letter' as const,
      'worker crashes' as const,
      'complete twice' as const,
      'complete late' as const,
      'complete rolled back' as const,
    ),
    job: fc.nat({ max: 9 }),
  }),
  fc.record({ kind: fc.constant('start rolled back' as const) }),
);
type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

/** The expected state of the account. */
interface Model {
  readonly id: string;
  balance: number;
  /** The jobs in the order of their start. */
  readonly jobs: Map<string, { cost: number; status: string; key: number | undefined }>;
}

/** What an event did that the model can't predict. */
interface Effect {
  readonly granted?: number;
  readonly started?: readonly { id: string; cost: number; key: number | undefined }[];
}

class Crash extends Error {}

/** Runs `body` in a transaction that crashes before it commits. */
async function rollBack(body: (db: typeof ctx.db) => Promise<unknown>): Promise<void> {
  const crashed = ctx.db.transaction(async (db) => {
    await body(db);
    throw new Crash();
  });
  await expect(crashed).rejects.toBeInstanceOf(Crash);
}

async function findRow(id: string) {
  const [row] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  if (!row) throw new Error(`job ${id} is gone`);
  return row;
}

const isActive = (status: string) => status === 'in_queue' || status === 'processing';
const isRefunded = (status: string) => status === 'failed' || status === 'cancelled';
const failed = { status: 'failed', error: 'as the test asked' } as const;
const render = (id: string, how: 'renders' | 'fails' | 'crashes') =>
  processGeneration({ ...ctx, engine: createStubEngine(how) }, id, new AbortController().signal);

/** One of the account's jobs, if it has any. */
const pickJob = (model: Model, job: number) => [...model.jobs].at(job % Math.max(1, model.jobs.size));

async function start(model: Model, asked: Extract<Event, { kind: 'start' }>): Promise<Effect> {
  const { key, resolution, times } = asked;
  const input = tinyStart({
    max_resolution: resolution,
    ...(key !== undefined && { idempotency_key: `key ${key}` }),
  });
  const outcomes = await Promise.all(
    Array.from({ length: times }, () => startGeneration(asAccount(ctx, model.id, concurrency), input)),
  );
  const cost = resolution === 720 ? 1 : 3;
  const started = new Map<string, { id: string; cost: number; key: number | undefined }>();
  for (const outcome of outcomes) {
    if (!isFailure(outcome)) started.set(outcome.id, { id: outcome.id, cost, key });
    else {
      expect(['INSUFFICIENT_CREDITS', 'CONCURRENT_LIMIT_EXCEEDED', 'IDEMPOTENCY_KEY_REUSED']).toContain(
        outcome.code,
      );
    }
  }
  if (key !== undefined) expect(started.size).toBeLessThanOrEqual(1);
  return { started: [...started.values()] };
}

async function apply(model: Model, event: Event): Promise<Effect> {
  if (event.kind === 'grant') {
    const granted = await grantCredits(ctx, model.id, { credits: event.credits });
    expect(isFailure(granted)).toBe(false);
    return { granted: event.credits };
  }
  if (event.kind === 'correct') {
    const corrected = await grantCredits(ctx, model.id, { credits: event.credits });
    if (!isFailure(corrected)) return { granted: event.credits };
    expect(corrected.message).toMatch(/can't be taken from it/);
    return {};
  }
  if (event.kind === 'start') return start(model, event);
  if (event.kind === 'start rolled back') {
    await rollBack((db) => startGeneration({ ...asAccount(ctx, model.id, concurrency), db }, tinyStart()));
    return {};
  }
  const [id] = pickJob(model, event.job) ?? [];
  if (id === undefined) return {};
  const before = await findRow(id);
  switch (event.kind) {
    case 'complete':
      await render(id, 'renders');
      break;
    case 'fail':
      await render(id, 'fails');
      break;
    case 'cancel': {
      const answer = await cancelGeneration(asAccount(ctx, model.id, concurrency), { id });
      if (!isFailure(answer)) expect(answer.status).toBe('cancelled');
      else expect(answer.code).toBe('JOB_NOT_CANCELLABLE');
      break;
    }
    case 'cancel rolled back':
      await rollBack((db) => cancelGeneration({ ...asAccount(ctx, model.id, concurrency), db }, { id }));
      break;
    case 'dead letter':
      await failDeadLettered(ctx, id);
      break;
    case 'worker crashes':
      if (isActive(before.status)) await render(id, 'crashes').catch(() => undefined);
      break;
    case 'complete twice': {
      const both = await Promise.all([
        completeGeneration(ctx, before, failed),
        completeGeneration(ctx, before, failed),
      ]);
      expect(both.filter(Boolean).length).toBeLessThanOrEqual(isActive(before.status) ? 1 : 0);
      break;
    }
    case 'complete late':
      // The job was taken by another worker after this one had it.
      if (!isActive(before.status)) break;
      await render(id, 'crashes').catch(() => undefined);
      expect(await completeGeneration(ctx, before, failed)).toBe(false);
      break;
    case 'complete rolled back':
      if (!isActive(before.status)) break;
      await rollBack((db) => completeGeneration({ ...ctx, db }, before, failed));
      break;
  }
  return {};
}

/** Applies effects to the model, and compares the database with it. */
async function updateAndCheck(model: Model, effects: readonly Effect[]): Promise<void> {
  for (const { granted = 0, started = [] } of effects) {
    model.balance += granted;
    for (const { id, cost, key } of started) {
      if (model.jobs.has(id)) continue;
      model.jobs.set(id, { cost, status: 'in_queue', key });
      model.balance -= cost;
    }
  }
  const rows = await ctx.db.select().from(generations).where(eq(generations.accountId, model.id));
  expect(rows.map(({ id }) => id).sort()).toEqual([...model.jobs.keys()].sort());
  for (const { id, status } of rows) {
    const job = model.jobs.get(id);
    if (!job) throw new Error(`job ${id} is not in the model`);
    if (!isActive(job.status)) expect(status).toBe(job.status);
    if (isActive(job.status) && isRefunded(status)) model.balance += job.cost;
    job.status = status;
  }
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, model.id));
  const [ledger] = await ctx.db
    .select({ sum: sql<number>`sum(${creditEntries.credits})::int` })
    .from(creditEntries)
    .where(eq(creditEntries.accountId, model.id));
  const active = [...model.jobs.values()].filter(({ status }) => isActive(status)).length;
  const used = [...model.jobs.values()].reduce(
    (sum, { status, cost }) => sum + (isRefunded(status) ? 0 : cost),
    0,
  );
  expect(account).toMatchObject({ balance: model.balance, inFlight: active, periodUsage: used });
  expect(ledger?.sum).toBe(model.balance);
  expect(model.balance).toBeGreaterThanOrEqual(0);
  expect(active).toBeLessThanOrEqual(concurrency);
  expect((await reconcile(ctx)).filter(({ accountId }) => accountId === model.id)).toEqual([]);
}

/** {@link apply} for an event without others at the same time, whose effect the model can predict. */
async function applyAlone(model: Model, event: Event): Promise<Effect> {
  const live = [...model.jobs.values()].filter(({ status }) => isActive(status)).length;
  const effect = await apply(model, event);
  if (event.kind === 'correct') {
    expect(effect.granted).toBe(model.balance + event.credits >= 0 ? event.credits : undefined);
  }
  if (event.kind === 'cancel') {
    const [id = '', job] = pickJob(model, event.job) ?? [];
    if (job) expect((await findRow(id)).status).toBe(isActive(job.status) ? 'cancelled' : job.status);
  }
  if (event.kind !== 'start') return effect;
  const cost = event.resolution === 720 ? 1 : 3;
  const known = [...model.jobs.values()].find(({ key }) => event.key !== undefined && key === event.key);
  if (known) {
    expect(effect.started).toHaveLength(known.cost === cost ? 1 : 0);
    return effect;
  }
  const room = Math.min(concurrency - live, Math.floor(model.balance / cost));
  expect(effect.started).toHaveLength(Math.min(room, event.key === undefined ? event.times : 1));
  return effect;
}

test('whatever happens to an account, one after another or at once, its books are right after each step', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: event.map((event) => [event]) },
    { weight: 2, arbitrary: fc.array(event, { minLength: 2, maxLength: 6 }) },
  );
  let steps = 0;
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (story) => {
      const { id } = await server.account({ credits: firstCredits });
      const model: Model = { id, balance: firstCredits, jobs: new Map() };
      for (const events of story) {
        const [alone] = events;
        const effects =
          events.length === 1 && alone
            ? [await applyAlone(model, alone)]
            : await Promise.all(events.map((event) => apply(model, event)));
        await updateAndCheck(model, effects);
        steps += 1;
        for (const { kind } of events) seen.add(kind);
      }
    }),
    { numRuns: searchRuns(8, 100), endOnFailure: true },
  );
  expect(steps).toBeGreaterThan(searchRuns(30, 400));
  // In the long form each of the thirteen kinds comes up.
  expect(seen.size).toBeGreaterThanOrEqual(searchRuns(9, 13));
});
