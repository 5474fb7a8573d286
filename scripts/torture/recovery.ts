import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../packages/db/src/index.ts';
import type { Client } from './client.ts';
import type { Dice } from './dice.ts';
import type { Fleet, Life, Program } from './fleet.ts';
import { longOrders, longRender } from './orders.ts';

/** A job that was with a worker when that was killed. */
export interface Recovery {
  readonly key: string;
  /** Milliseconds from the kill until another worker began the job anew; undefined if none did. */
  readonly took: number | undefined;
}

/** How long a recovery, and a worker to be killed, is waited for; milliseconds. */
const patience = 60_000;
/** How long for a worker that has as many jobs in hand as it shall. */
const choosiness = 5000;

/** How recoveries are measured. */
export interface Measure {
  readonly rounds: number;
  /** How many accounts ask for the jobs. */
  readonly accounts: number;
  /** How many jobs a worker shall have in hand when it is killed; after a while, one will do. */
  readonly inHand: 1 | 2;
  /** Waits until all else is whole and still; absent where the measure is taken amid what happens. */
  readonly stillness?: () => Promise<void>;
}

/**
 * Kills a worker amid its renders, some times over.
 * @returns each job that was with one of them
 */
export async function measureRecovery(
  fleet: Fleet,
  client: Client,
  dice: Dice,
  { rounds, accounts, inHand, stillness }: Measure,
): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await stillness?.();
    const placed = longOrders(round, 2 * fleet.workers.length, accounts, dice).map(client.place);
    const victim = await busyWorker(fleet, inHand);
    const life = victim.lives.at(-1);
    if (!life) throw new Error('a worker that is busy has never lived');
    // Of other jobs a client may yet cancel one, and nobody would begin that anew.
    const held = [...life.renders].filter(([key, { ended }]) => isLong(key) && ended === undefined);
    victim.signal('SIGKILL');
    await Promise.all(placed);
    for (const [key] of held) recoveries.push({ key, took: await recovered(fleet, life, key) });
  }
  return recoveries;
}

const isLong = (key: string) => key.startsWith('kill-');

/** A worker with so many long renders in hand, all of which have a while to go. */
async function busyWorker(fleet: Fleet, inHand: number): Promise<Program> {
  const began = Date.now();
  while (Date.now() - began < patience) {
    const wanted = Date.now() - began < choosiness ? inHand : 1;
    for (const worker of fleet.workers) {
      if (!worker.up()) continue;
      const renders = worker.lives.at(-1)?.renders ?? new Map();
      const held = [...renders].filter(
        ([key, { began, ended }]) =>
          isLong(key) && ended === undefined && Date.now() - began < longRender - 1000,
      );
      if (held.length >= wanted) return worker;
    }
    await sleep(20);
  }
  throw new Error('no worker came to render long jobs');
}

async function recovered(fleet: Fleet, from: Life, key: string): Promise<number | undefined> {
  const killedAt = from.killedAt ?? 0;
  for (;;) {
    const began = takenOver(fleet, from, key);
    if (began !== undefined) return began - killedAt;
    if (Date.now() - killedAt > patience) return undefined;
    await sleep(20);
  }
}

/** When another life first began a job after this one had been killed; Unix milliseconds. */
function takenOver(fleet: Fleet, from: Life, key: string): number | undefined {
  const killedAt = from.killedAt ?? 0;
  const times = fleet.workers
    .flatMap(({ lives }) => lives)
    .flatMap((life) => (life === from ? [] : (life.renders.get(key)?.began ?? [])))
    .filter((began) => began > killedAt);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** A recovery amid all other faults. */
export interface LateRecovery extends Recovery {
  readonly took: number;
  /** Unix milliseconds. */
  readonly killedAt: number;
}

/** The recoveries amid all other faults, the fastest first: of jobs that were with a worker when it was killed. */
export function recoveriesIn(fleet: Fleet): LateRecovery[] {
  return fleet.workers
    .flatMap(({ lives }) => lives)
    .flatMap((life) => {
      const { killedAt } = life;
      if (killedAt === undefined) return [];
      return [...life.renders].flatMap(([key, { ended }]) => {
        if (ended !== undefined) return [];
        const began = takenOver(fleet, life, key);
        return began === undefined ? [] : [{ key, killedAt, took: began - killedAt }];
      });
    })
    .sort((one, other) => one.took - other.took);
}

/**
 * What befell while a job waited for its recovery: the faults, and the claims on it that came to nothing. One line
 * each, with the seconds since the kill.
 */
export async function storyOf(
  recovery: LateRecovery,
  faults: readonly { readonly at: number; readonly fault: string }[],
  sql: Connection['sql'],
): Promise<string[]> {
  const { key, killedAt, took } = recovery;
  const claims = await sql<{ at: number; status: string }[]>`
    select extract(epoch from e.created_at)::float * 1000 as at, e.status
    from generation_events e join generations g on g.id = e.generation_id
    where g.idempotency_key = ${key} and e.progress = 0`;
  return [...faults, ...claims.map(({ at, status }) => ({ at, fault: `the job is ${status}` }))]
    .filter(({ at }) => at >= killedAt - 15_000 && at <= killedAt + took)
    .sort((one, other) => one.at - other.at)
    .map(({ at, fault }) => `${((at - killedAt) / 1000).toFixed(1).padStart(6)} s  ${fault}`);
}
