/**
 * The chaos test: apis and workers share one PostgreSQL while processes are killed and frozen, connections break and
 * PostgreSQL restarts. With `--hosts`, each has a data directory of its own, files are in S3, PgBouncer stands in front of
 * PostgreSQL, and both of these fail as well. A client and a webhook receiver log what they see. At the end the test
 * compares their logs with the database and the files. Exit code 1 on any violation.
 *
 *   pnpm test:chaos [--hosts] [--short] [--jobs N] [--seconds N] [--seed N] [--keep]
 */
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle, bundleProgram } from '../../../scripts/bundle.ts';
import { createAccounts } from './accounts.ts';
import { checkBlobs, cleanUpLeftovers } from './checks/blobs.ts';
import { checkInvariants } from './checks/invariants.ts';
import { describeRecovery, findRecoveries, measureRecoveries } from './checks/recovery.ts';
import { readSnapshot } from './checks/snapshot.ts';
import { waitForJobs, waitForJobsAndWebhooks } from './checks/wait.ts';
import { createClient } from './client/client.ts';
import { createFaults } from './faults/faults.ts';
import { injectFaults } from './faults/inject-faults.ts';
import { readOptions } from './options.ts';
import { drawOrders } from './orders.ts';
import { startBackends } from './processes/backends.ts';
import { startFleet, workerBundlePath } from './processes/fleet.ts';
import { withContext } from './processes/open-context.ts';
import { startReceiver } from './receiver.ts';
import { formatSeconds, printChecks, printFigures } from './report.ts';
import { createRng } from './rng.ts';

const { short, hosts, keep, scale, webhooks, delaysMs } = readOptions();
/** A dead worker is noticed when its heartbeat is overdue, and another worker takes its job soon after. */
const maxRecoveryMs = 15_000 + 15_000;

const startedAt = Date.now();
const log = (text: string) =>
  process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const directory = await mkdtemp(join(tmpdir(), 'restage-chaos-'));
// When we are root, PostgreSQL runs as a user of its own, which needs access.
await chmod(directory, 0o755);
log(
  `seed ${scale.seed}, ${hosts ? 'hosts with S3 and PgBouncer' : 'one host'}: ${scale.jobs} jobs, ${scale.durationMs / 1000} s of faults; ${directory}`,
);
await bundle();
await bundleProgram('tests/chaos/src/processes/worker.ts', workerBundlePath);

const backends = await startBackends(directory, hosts);
const { postgres } = backends;
const rng = createRng(scale.seed + 1);
const accounts = await withContext(backends, (ctx) => createAccounts(ctx, scale));
const receiver = await startReceiver(accounts.map(({ secret }) => secret));
const fleet = await startFleet({ directory, backends, apis: 2, workers: 4, webhooks });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await fleet.stop();
    await backends.stop();
    process.exit(1);
  });
}
let checkCount = 0;
/** Undefined unless the run came to its end. */
let failedCount: number | undefined;
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
  const submissions = drawOrders(scale).map(async (order) => {
    await sleep(order.startAtMs);
    await client.place(order);
  });
  const faultRun = await injectFaults(createFaults({ fleet, backends, rng, short }), {
    rng,
    durationMs: scale.durationMs,
    rounds: short ? 0 : 3,
    onFault(fault) {
      faults.push({ at: Date.now(), fault });
      faultFile.write(`${new Date().toISOString()} ${fault}\n`);
    },
  });
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
  // Awaited below, where its error ends the run.
  earlyRecoveries?.catch(() => {});
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
  const childProcesses = await fleet.stop();

  const dataDirectories = [
    ...new Set([...fleet.apis, ...fleet.workers].map(({ name }) => backends.getDataDirectory(name))),
  ];
  const { received } = receiver;
  const recoveriesDuringFaults = findRecoveries(fleet);
  const { snapshot, invariants, blobs, slowRecoveries } = await withContext(backends, async (ctx, sql) => {
    await cleanUpLeftovers(ctx, dataDirectories);
    const snapshot = await readSnapshot(sql);
    return {
      snapshot,
      invariants: await checkInvariants({ sql, ctx, snapshot, client, received, accounts, delaysMs }),
      blobs: await checkBlobs(sql, ctx, dataDirectories),
      slowRecoveries: await Promise.all(
        recoveriesDuringFaults
          .filter(({ durationMs }) => durationMs > maxRecoveryMs)
          .map(async (recovery) => ({ recovery, events: await describeRecovery(recovery, faults, sql) })),
      ),
    };
  });
  log('files are cleaned up and checked');

  printFigures({
    faultCounts: faultRun.counts,
    client,
    snapshot,
    received,
    recoveries,
    recoveriesDuringFaults,
    maxRecoveryMs,
    blobs,
  });
  for (const { recovery, events } of slowRecoveries) {
    process.stdout.write(`  ${recovery.key} was recovered after ${formatSeconds(recovery.durationMs)}:\n`);
    for (const event of events) process.stdout.write(`  ${event}\n`);
  }
  const checks = [
    ...invariants,
    ...blobs.checks,
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
    {
      name: 'orphaned child processes',
      violations: childProcesses > 0 ? [`${childProcesses} processes`] : [],
    },
  ];
  checkCount = checks.length;
  failedCount = printChecks(checks);
} finally {
  await fleet.stop();
  receiver.close();
  await backends.stop();
  if (!keep && failedCount === 0) await rm(directory, { recursive: true, force: true });
  else process.stdout.write(`logs: ${directory}\n`);
}
process.stdout.write(`${checkCount - failedCount} passed, ${failedCount} failed\n`);
process.exit(failedCount > 0 ? 1 : 0);
