/**
 * The chaos test: apis and workers share one PostgreSQL while processes are killed and frozen, connections break and
 * PostgreSQL restarts. A client and a webhook receiver log what they see. At the end the test compares their logs with the
 * database. Exit code 1 on any violation.
 *
 *   pnpm test:chaos [--short] [--jobs N] [--seconds N] [--seed N] [--keep]
 */
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  createAccount,
  createKey,
  defaultWebhookSettings,
  getOrCreateWebhookSecret,
  type WebhookSettings,
} from '@restage/core';
import { connect } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openOperator } from '../../../apps/server/src/command-line/open.ts';
import { createLogger } from '../../../apps/server/src/settings/logger.ts';
import { readSettings } from '../../../apps/server/src/settings/settings.ts';
import { bundle, bundleProgram } from '../../../scripts/bundle.ts';
import { checkInvariants } from './checks/invariants.ts';
import { describeRecovery, findRecoveries, measureRecoveries } from './checks/recovery.ts';
import { readSnapshot } from './checks/snapshot.ts';
import { waitForJobs, waitForJobsAndWebhooks } from './checks/wait.ts';
import { createClient } from './client.ts';
import { injectFaults } from './inject-faults.ts';
import { drawOrders } from './orders.ts';
import { startFleet, workerBundlePath } from './processes/fleet.ts';
import { startPostgres } from './processes/postgres.ts';
import { startReceiver } from './receiver.ts';
import { formatSeconds, printChecks, printFigures } from './report.ts';
import { createRng } from './rng.ts';

const { values: args } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    /** Keeps the directory with the logs of every process. */
    keep: { type: 'boolean', default: false },
  },
});
const { short } = args;
const scale = {
  seed: Number(args.seed ?? Date.now() % 1_000_000),
  jobs: Number(args.jobs ?? (short ? 150 : 2000)),
  durationMs: Number(args.seconds ?? (short ? 12 : 180)) * 1000,
  accounts: short ? 6 : 20,
  workerKillers: short ? 0 : 3,
  hasHangingEndpoints: !short,
};
/** The product's settings, or faster ones for the short run. */
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
/** A dead worker is noticed when its heartbeat is overdue, and another worker takes its job soon after. */
const maxRecoveryMs = 15_000 + 15_000;
/** The last account has too few credits for its jobs. */
const getInitialCredits = (account: number) =>
  account === scale.accounts - 1 ? Math.ceil(scale.jobs / 20) : 100_000;

const startedAt = Date.now();
const log = (text: string) =>
  process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const directory = await mkdtemp(join(tmpdir(), 'restage-chaos-'));
// When we are root, PostgreSQL runs as a user of its own, which needs access.
await chmod(directory, 0o755);
log(`seed ${scale.seed}: ${scale.jobs} jobs, ${scale.durationMs / 1000} s of faults; ${directory}`);
await bundle();
await bundleProgram('tests/chaos/src/processes/worker.ts', workerBundlePath);

const postgres = await startPostgres(join(directory, 'postgres'));
const rng = createRng(scale.seed + 1);
const accounts: { id: string; key: string; secret: string; credits: number }[] = [];
{
  const operator = await openOperatorContext();
  for (let index = 0; index < scale.accounts; index += 1) {
    const credits = getInitialCredits(index);
    const { id } = await createAccount(operator.ctx, { email: `${index}@example.com`, credits });
    const { key } = await createKey(operator.ctx, id, { name: 'chaos', mode: 'live' });
    const secret = await getOrCreateWebhookSecret(operator.ctx, id);
    accounts.push({ id, key, secret: secret?.secret ?? '', credits });
  }
  await operator.close();
}
const receiver = await startReceiver(accounts.map(({ secret }) => secret));
const fleet = await startFleet({
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
let checkCount = 0;
let failedCount = 0;
try {
  await fleet.waitUntilReady();
  log('2 apis and 4 workers are up');
  const client = createClient({
    apis: fleet.apis.map(({ url }) => url),
    keys: accounts.map(({ key }) => key),
    getCallbackUrl: receiver.url,
    rng: createRng(scale.seed + 2),
    maxPauseMs: short ? 1000 : 8000,
  });
  const submissionStartedAt = Date.now();
  const faultFile = createWriteStream(join(directory, 'faults.log'));
  const faults: { at: number; fault: string }[] = [];
  const onFault = (fault: string) => {
    faults.push({ at: Date.now(), fault });
    faultFile.write(`${new Date().toISOString()} ${fault}\n`);
  };
  const submissions = drawOrders(scale).map(async (order) => {
    await sleep(order.startAtMs);
    await client.place(order);
  });
  const faultRun = await injectFaults({ fleet, postgres, rng, onFault }, scale.durationMs, short ? 0 : 3);
  const measure = () =>
    measureRecoveries(fleet, client, rng, {
      rounds: short ? 1 : 4,
      accounts: scale.accounts - 1,
      jobsInProgress: short ? 1 : 2,
      ...(!short && {
        waitUntilIdle: async () =>
          void (await Promise.all([fleet.waitUntilReady(), waitForJobs(postgres.url())])),
      }),
    });
  // The short run measures while the last faults still last: PostgreSQL is up again by now.
  const earlyRecoveries = short ? measure() : undefined;
  await Promise.all([faultRun.finish(), ...submissions]);
  const submissionMs = Date.now() - submissionStartedAt;
  log(`all jobs are submitted and all faults are over after ${formatSeconds(submissionMs)}`);
  await client.resolveUnanswered();
  const recoveries = await (earlyRecoveries ?? measure());
  log('recoveries are measured');
  // Again: measuring submits jobs too, and some may have got no answer.
  await client.resolveUnanswered();
  await waitForJobsAndWebhooks(postgres.url(), short ? 60_000 : 600_000);
  await client.readAll();
  log('all jobs and webhooks are finished, or the time to wait for them is over');

  const operator = await openOperatorContext();
  const { sql, close } = connect(postgres.url(), { name: 'chaos', max: 4 });
  const { received } = receiver;
  const snapshot = await readSnapshot(sql);
  const invariants = await checkInvariants({
    sql,
    ctx: operator.ctx,
    snapshot,
    client,
    received,
    accounts,
    delaysMs,
  });
  const recoveriesDuringFaults = findRecoveries(fleet);
  const slowRecoveries = await Promise.all(
    recoveriesDuringFaults
      .filter(({ durationMs }) => durationMs > maxRecoveryMs)
      .map(async (recovery) => ({ recovery, events: await describeRecovery(recovery, faults, sql) })),
  );
  await close();
  await operator.close();
  const orphans = await fleet.stop();

  printFigures({
    faultCounts: faultRun.counts,
    client,
    snapshot,
    received,
    recoveries,
    recoveriesDuringFaults,
    maxRecoveryMs,
  });
  for (const { recovery, events } of slowRecoveries) {
    process.stdout.write(`  ${recovery.key} was recovered after ${formatSeconds(recovery.durationMs)}:\n`);
    for (const event of events) process.stdout.write(`  ${event}\n`);
  }
  const checks = [
    ...invariants,
    {
      name: `recoveries slower than ${formatSeconds(maxRecoveryMs)}`,
      violations: recoveries
        .filter(({ durationMs }) => durationMs === undefined || durationMs > maxRecoveryMs)
        .map(
          ({ key, durationMs }) =>
            `${key}: ${durationMs === undefined ? 'never' : formatSeconds(durationMs)}`,
        ),
    },
    { name: 'unexpected exits', violations: fleet.crashes },
    { name: 'orphaned child processes', violations: orphans > 0 ? [`${orphans} processes`] : [] },
  ];
  checkCount = checks.length;
  failedCount = printChecks(checks);
} finally {
  await fleet.stop();
  receiver.close();
  await postgres.stop();
  if (!args.keep && failedCount === 0) await rm(directory, { recursive: true, force: true });
  else process.stdout.write(`logs: ${directory}\n`);
}
process.stdout.write(`${checkCount - failedCount} passed, ${failedCount} failed\n`);
process.exit(failedCount > 0 ? 1 : 0);

/** Opens the context that the operator's commands have. */
async function openOperatorContext() {
  const settings = readSettings({ DATABASE_URL: postgres.url(), RESTAGE_DATA_DIR: join(directory, 'data') });
  if (isFailure(settings)) throw new Error(settings.message);
  const operator = await openOperator(settings, createLogger('error'), {});
  if (isFailure(operator)) throw new Error(operator.message);
  return operator;
}
