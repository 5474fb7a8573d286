import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@restage/db';
import type { Client } from '../client/client.ts';
import { drawLongOrders, longRenderMs } from '../orders.ts';
import type { Fleet } from '../processes/fleet.ts';
import type { ProcessRun, Program } from '../processes/program.ts';
import type { Rng } from '../rng.ts';

/** A job that a worker was rendering when it was killed. */
export interface Recovery {
  readonly key: string;
  /** From the kill until another worker began the job again; undefined if none did. */
  readonly durationMs: number | undefined;
}

/** How long to wait for a recovery, and for a worker with jobs. */
const timeoutMs = 60_000;
/** How long to wait for a worker that renders as many jobs as wanted. */
const preferredWaitMs = 5000;

/** How to measure recoveries. */
export interface RecoveryOptions {
  readonly rounds: number;
  /** How many accounts submit the jobs. */
  readonly accounts: number;
  /** How many jobs the worker should be rendering when it is killed; one, if no worker gets there in time. */
  readonly jobsInProgress: 1 | 2;
  /** Waits until every fault is over and no job runs; absent to measure while other things happen. */
  readonly waitUntilIdle?: () => Promise<void>;
}

/**
 * Kills a worker during its renders, once a round.
 * @returns each job that a killed worker was rendering
 */
export async function measureRecoveries(
  fleet: Fleet,
  client: Client,
  rng: Rng,
  { rounds, accounts, jobsInProgress, waitUntilIdle }: RecoveryOptions,
): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await waitUntilIdle?.();
    const submissions = drawLongOrders(round, 2 * fleet.workers.length, accounts, rng).map(client.place);
    const worker = await findBusyWorker(fleet, jobsInProgress);
    const run = worker.runs.at(-1);
    if (!run) throw new Error('A busy worker has no run.');
    // The client may cancel other jobs, and nobody would begin those again.
    const rendering = [...run.renders].filter(([key, { endedAt }]) => isLong(key) && endedAt === undefined);
    worker.signal('SIGKILL');
    await Promise.all(submissions);
    for (const [key] of rendering)
      recoveries.push({ key, durationMs: await waitForRecovery(fleet, run, key) });
  }
  return recoveries;
}

const isLong = (key: string) => key.startsWith('kill-');

/** Finds a worker that renders this many long jobs, none of them about to end. */
async function findBusyWorker(fleet: Fleet, jobsInProgress: number): Promise<Program> {
  const startedAt = Date.now();
  while (Date.now() - startedAt < timeoutMs) {
    const wantedCount = Date.now() - startedAt < preferredWaitMs ? jobsInProgress : 1;
    for (const worker of fleet.workers) {
      if (!worker.isUp()) continue;
      const renders = worker.runs.at(-1)?.renders ?? new Map();
      const rendering = [...renders].filter(
        ([key, { beganAt, endedAt }]) =>
          isLong(key) && endedAt === undefined && Date.now() - beganAt < longRenderMs - 1000,
      );
      if (rendering.length >= wantedCount) return worker;
    }
    await sleep(20);
  }
  throw new Error('No worker renders long jobs.');
}

async function waitForRecovery(
  fleet: Fleet,
  killedRun: ProcessRun,
  key: string,
): Promise<number | undefined> {
  const killedAt = killedRun.endedAt ?? 0;
  for (;;) {
    const takeover = findTakeover(fleet, killedRun, key);
    if (takeover !== undefined) return takeover - killedAt;
    if (Date.now() - killedAt > timeoutMs) return undefined;
    await sleep(20);
  }
}

/** Finds when another run first began a job after this one was killed; Unix milliseconds. */
function findTakeover(fleet: Fleet, killedRun: ProcessRun, key: string): number | undefined {
  const killedAt = killedRun.endedAt ?? 0;
  const times = fleet.workers
    .flatMap(({ runs }) => runs)
    .flatMap((run) => (run === killedRun ? [] : (run.renders.get(key)?.beganAt ?? [])))
    .filter((beganAt) => beganAt > killedAt);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** A recovery while other faults happened. */
export interface RecoveryDuringFaults extends Recovery {
  readonly durationMs: number;
  /** Unix milliseconds. */
  readonly killedAt: number;
}

/** Finds all recoveries of jobs whose worker was killed, the fastest first. */
export function findRecoveries(fleet: Fleet): RecoveryDuringFaults[] {
  return fleet.workers
    .flatMap(({ runs }) => runs)
    .flatMap((run) => {
      const { endedAt: killedAt } = run;
      if (killedAt === undefined) return [];
      return [...run.renders].flatMap(([key, { endedAt }]) => {
        if (endedAt !== undefined) return [];
        const takeover = findTakeover(fleet, run, key);
        return takeover === undefined ? [] : [{ key, killedAt, durationMs: takeover - killedAt }];
      });
    })
    .sort((one, other) => one.durationMs - other.durationMs);
}

/**
 * Describes what happened while a job waited for its recovery: the faults, and the failed claims on it. One line each,
 * with the seconds since the kill.
 */
export async function describeRecovery(
  recovery: RecoveryDuringFaults,
  faults: readonly { readonly at: number; readonly fault: string }[],
  sql: Connection['sql'],
): Promise<string[]> {
  const { key, killedAt, durationMs } = recovery;
  const claims = await sql<{ at: number; status: string }[]>`
    select extract(epoch from e.created_at)::float * 1000 as at, e.status
    from generation_events e join generations g on g.id = e.generation_id
    where g.idempotency_key = ${key} and e.progress = 0`;
  return [...faults, ...claims.map(({ at, status }) => ({ at, fault: `the job is ${status}` }))]
    .filter(({ at }) => at >= killedAt - 15_000 && at <= killedAt + durationMs)
    .sort((one, other) => one.at - other.at)
    .map(({ at, fault }) => `${((at - killedAt) / 1000).toFixed(1).padStart(6)} s  ${fault}`);
}
