/**
 * Tortures the product: workers and apis over one PostgreSQL, while processes are killed and frozen, connections
 * are cut and PostgreSQL restarts, with a client that keeps its own history. Afterwards what the client knows, what
 * the webhook receiver got and what the database says are held against each other. Exit code 1 on any violation.
 *
 *   pnpm test:chaos [--short] [--jobs N] [--seconds N] [--seed N] [--keep]
 */
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openOperator } from '../apps/server/src/commands/open.ts';
import { createLogger } from '../apps/server/src/logger.ts';
import { readSettings } from '../apps/server/src/settings.ts';
import {
  createAccount,
  createKey,
  defaultWebhookSettings,
  getOrCreateWebhookSecret,
} from '../packages/core/src/index.ts';
import type { WebhookSettings } from '../packages/core/src/webhooks/settings.ts';
import { type Connection, connect } from '../packages/db/src/index.ts';
import { isFailure } from '../packages/errors/src/index.ts';
import { bundle, bundleProgram } from './bundle.ts';
import { wreakChaos } from './torture/chaos.ts';
import { openClient } from './torture/client.ts';
import { dice } from './torture/dice.ts';
import { openFleet, workerBundle } from './torture/fleet.ts';
import { drawOrders } from './torture/orders.ts';
import { openPostgres } from './torture/postgres.ts';
import { openReceiver } from './torture/receiver.ts';
import { measureRecovery, recoveriesIn, storyOf } from './torture/recovery.ts';
import { openTasks, passVerdict } from './torture/verdict.ts';

const { values: given } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    /** Keeps the directory with the logs of every process. */
    keep: { type: 'boolean', default: false },
  },
});
const { short } = given;
const scale = {
  seed: Number(given.seed ?? Date.now() % 1_000_000),
  jobs: Number(given.jobs ?? (short ? 150 : 2000)),
  chaos: Number(given.seconds ?? (short ? 12 : 180)) * 1000,
  accounts: short ? 6 : 20,
  killers: short ? 0 : 3,
  hangs: !short,
};
/** The contract's schedule and the product's patience, or hurried ones. */
const webhooks: Partial<WebhookSettings> = short
  ? {
      delaysMs: [0, 250, 500, 1000, 2000],
      timeoutMs: 3000,
      lostAfterMs: 500,
      overdueAfterMs: 500,
      requeueIntervalMs: 1000,
    }
  : {};
const { delaysMs } = { ...defaultWebhookSettings, ...webhooks };
/** A worker that is gone is noticed after its heartbeat, and its job is begun anew soon after; milliseconds. */
const recoveryBound = 15_000 + 15_000;
/** The last account has too little for all that is asked of it. */
const creditsOf = (account: number) =>
  account === scale.accounts - 1 ? Math.ceil(scale.jobs / 20) : 100_000;

const began = Date.now();
const say = (text: string) =>
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const directory = await mkdtemp(join(tmpdir(), 'restage-torture-'));
// PostgreSQL runs as a user of its own when we are root, and has to get in.
await chmod(directory, 0o755);
say(`seed ${scale.seed}: ${scale.jobs} jobs, ${scale.chaos / 1000} s of faults; ${directory}`);
await bundle();
await bundleProgram('scripts/torture/worker.ts', workerBundle);

const postgres = await openPostgres(join(directory, 'postgres'));
const chance = dice(scale.seed + 1);
const accounts: { id: string; key: string; secret: string; credits: number }[] = [];
{
  const operator = await openTheOperator();
  for (let index = 0; index < scale.accounts; index += 1) {
    const credits = creditsOf(index);
    const { id } = await createAccount(operator.ctx, { email: `${index}@example.com`, credits });
    const { key } = await createKey(operator.ctx, id, { name: 'torture', mode: 'live' });
    const secret = await getOrCreateWebhookSecret(operator.ctx, id);
    accounts.push({ id, key, secret: secret?.secret ?? '', credits });
  }
  await operator.close();
}
const receiver = await openReceiver(accounts.map(({ secret }) => secret));
const fleet = await openFleet({
  directory,
  databaseUrl: postgres.url,
  databasePort: postgres.port,
  apis: 2,
  workers: 4,
  webhooks,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await fleet.stop();
    await postgres.stop();
    process.exit(1);
  });
}
let violations = 0;
let checked = 0;
try {
  await fleet.ready();
  say('2 apis and 4 workers are up');
  const client = openClient({
    apis: fleet.apis.map(({ url }) => url),
    keys: accounts.map(({ key }) => key),
    callback: receiver.url,
    dice: dice(scale.seed + 2),
    pauseAtMost: short ? 1000 : 8000,
  });
  const start = Date.now();
  const faults = createWriteStream(join(directory, 'faults.log'));
  const befell: { at: number; fault: string }[] = [];
  const tell = (fault: string) => {
    befell.push({ at: Date.now(), fault });
    faults.write(`${new Date().toISOString()} ${fault}\n`);
  };
  const placing = drawOrders(scale).map(async (order) => {
    await sleep(order.at);
    await client.place(order);
  });
  const chaos = await wreakChaos({ fleet, postgres, dice: chance, tell }, scale.chaos, short ? 0 : 3);
  const measure = () =>
    measureRecovery(fleet, client, chance, {
      rounds: short ? 1 : 4,
      accounts: scale.accounts - 1,
      inHand: short ? 1 : 2,
      ...(!short && { stillness: async () => void (await Promise.all([fleet.ready(), rendered()])) }),
    });
  // In a hurry, while the faults that last still last: the database is whole by now.
  const hurried = short ? measure() : undefined;
  await Promise.all([chaos.heal(), ...placing]);
  say(`all is asked for, and all is whole again, after ${((Date.now() - start) / 1000).toFixed(0)} s`);
  await client.settle();
  const recoveries = await (hurried ?? measure());
  say('workers were killed one by one');
  // Again, for what was asked for the first time may still have been on its way.
  await client.settle();
  await drained(short ? 60_000 : 600_000);
  await client.readAll();
  say('nothing moves any more');

  const operator = await openTheOperator();
  const { sql, close } = connect(postgres.url(), { name: 'torture', max: 4 });
  const { arrivals } = receiver;
  const books = await passVerdict({ sql, ctx: operator.ctx, client, arrivals, accounts, delays: delaysMs });
  const amid = recoveriesIn(fleet);
  const late = amid.filter(({ took }) => took > recoveryBound);
  const tales = await Promise.all(late.map((recovery) => storyOf(recovery, befell, sql)));
  await close();
  await operator.close();
  const orphans = await fleet.stop();

  const slowest = Math.max(...recoveries.map(({ took }) => took ?? Number.POSITIVE_INFINITY));
  const stories = [...client.stories.values()];
  const count = (status: string) => books.jobs.filter((job) => job.status === status).length;
  const seconds = (milliseconds: number | undefined) => `${((milliseconds ?? 0) / 1000).toFixed(1)} s`;
  const figures: Record<string, string> = {
    faults: [...chaos.counts].map(([fault, times]) => `${times} × ${fault}`).join(', '),
    orders: `${stories.length}, of which ${stories.filter(({ jobs }) => jobs.size === 0).length} refused for want of credits`,
    requests: `${client.requests()}, of which ${stories.reduce((sum, { unanswered }) => sum + unanswered, 0)} starts unanswered`,
    jobs: `${books.jobs.length}: ${count('completed')} completed, ${count('failed')} failed, ${count('cancelled')} cancelled`,
    'taken more than once': `${books.jobs.filter(({ attempt }) => attempt > 1).length} jobs`,
    webhooks: `${books.deliveries.length}: ${books.deliveries.filter(({ status }) => status === 'delivered').length} delivered, ${books.deliveries.filter(({ status }) => status === 'failed').length} failed by their schedule; ${arrivals.length} arrivals`,
    'recovery after a kill': `${recoveries.length} jobs, slowest ${seconds(slowest)} (bound ${seconds(recoveryBound)})`,
    'recovery amid all faults': `${amid.length} jobs, median ${seconds(amid[Math.floor(amid.length / 2)]?.took)}, slowest ${seconds(amid.at(-1)?.took)}`,
  };
  for (const [name, figure] of Object.entries(figures)) process.stdout.write(`${name}: ${figure}\n`);
  late.forEach(({ key, took }, index) => {
    process.stdout.write(`  ${key} was taken up after ${seconds(took)}; meanwhile\n`);
    for (const line of tales[index] ?? []) process.stdout.write(`  ${line}\n`);
  });
  const checks = [
    ...books.checks,
    {
      name: 'recoveries later than heartbeat + 15 s',
      violations: recoveries
        .filter(({ took }) => took === undefined || took > recoveryBound)
        .map(({ key, took }) => `${key}: ${took === undefined ? 'never' : seconds(took)}`),
    },
    { name: 'processes that ended by themselves', violations: fleet.crashes },
    {
      name: 'programs outlived by a child process',
      violations: orphans > 0 ? [`${orphans} of them`] : [],
    },
  ];
  for (const check of checks) {
    checked += 1;
    if (check.violations.length > 0) violations += 1;
    process.stdout.write(`${check.name}: ${check.violations.length}\n`);
    for (const violation of check.violations.slice(0, 10)) process.stdout.write(`  ${violation}\n`);
  }
} finally {
  await fleet.stop();
  receiver.close();
  await postgres.stop();
  if (!given.keep && violations === 0) await rm(directory, { recursive: true, force: true });
  else process.stdout.write(`kept: ${directory}\n`);
}
process.stdout.write(`${checked - violations} passed, ${violations} failed\n`);
process.exit(violations > 0 ? 1 : 0);

/** Waits until every job and every webhook has ended, and the queue is empty; after `patience`, goes on without. */
async function drained(patience: number): Promise<void> {
  await none(
    patience,
    (sql) => sql`
    select from generations where status in ('in_queue', 'processing')
    union all select from webhook_deliveries where status = 'pending'
    union all select from (${openTasks(sql)}) open`,
  );
}

/** Waits until every job has ended, whatever becomes of its webhook. */
async function rendered(): Promise<void> {
  await none(120_000, (sql) => sql`select from generations where status in ('in_queue', 'processing')`);
}

/** Waits until a query finds nothing, at most so many milliseconds. */
async function none(
  patience: number,
  query: (sql: Connection['sql']) => PromiseLike<readonly unknown[]>,
): Promise<void> {
  const { sql, close } = connect(postgres.url(), { name: 'torture', max: 1 });
  for (const deadline = Date.now() + patience; Date.now() < deadline; ) {
    if ((await query(sql)).length === 0) break;
    await sleep(250);
  }
  await close();
}

/** The world as the operator's commands have it. */
async function openTheOperator() {
  const settings = readSettings({ DATABASE_URL: postgres.url(), RESTAGE_DATA_DIR: join(directory, 'data') });
  if (isFailure(settings)) throw new Error(settings.message);
  const operator = await openOperator(settings, createLogger('error'), {});
  if (isFailure(operator)) throw new Error(operator.message);
  return operator;
}
