import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Program } from './processes/fleet.ts';
import type { Postgres } from './processes/postgres.ts';
import type { Rng } from './rng.ts';

/** How often each fault occurs in one round. */
const faultWeights = {
  'SIGKILL worker': 5,
  'SIGKILL api': 2,
  'SIGTERM worker': 1,
  'SIGTERM api': 1,
  'SIGSTOP worker, briefly': 2,
  'SIGSTOP worker, past its heartbeat': 2,
  'SIGSTOP api': 2,
  'connections reset': 3,
  'connections refused': 2,
  'connections hang': 2,
  'PostgreSQL restarts': 1,
  'PostgreSQL crashes': 1,
  'PostgreSQL loses a process': 1,
} as const;

type Fault = keyof typeof faultWeights;

/** The faults of a run. */
export interface FaultRun {
  readonly counts: Map<string, number>;
  /** Waits until every fault is over. */
  finish(): Promise<void>;
}

/** What faults are injected into. */
export interface Targets {
  readonly fleet: Fleet;
  readonly postgres: Postgres;
  readonly rng: Rng;
  /** Called when a fault begins. */
  readonly onFault: (fault: string) => void;
}

/** Arranges each fault once, the longest first. */
function arrangeEachOnce(rng: Rng): Fault[] {
  const longest: Fault = 'SIGSTOP worker, past its heartbeat';
  const others = (Object.keys(faultWeights) as Fault[]).filter((fault) => fault !== longest);
  return [longest, ...rng.shuffle(others)];
}

/**
 * Injects faults one after another; many last into the next.
 * @param rounds how many shuffled rounds of {@link faultWeights}; 0 for each fault once
 */
export async function injectFaults(
  { fleet, postgres, rng, onFault }: Targets,
  durationMs: number,
  rounds: number,
): Promise<FaultRun> {
  const counts = new Map<string, number>();
  const ongoing = new Set<Promise<void>>();
  /** Faults of PostgreSQL run one at a time. */
  let database: Promise<void> = Promise.resolve();

  const programs = [...fleet.apis, ...fleet.workers];
  const pickWorker = () => rng.pick(fleet.workers);
  const pickApi = () => rng.pick(fleet.apis);
  type Report = (program: Program) => void;
  async function send(program: Program, signal: NodeJS.Signals, report: Report): Promise<void> {
    report(program);
    program.signal(signal);
  }
  async function freeze(program: Program, milliseconds: number, report: Report): Promise<void> {
    report(program);
    program.signal('SIGSTOP');
    await sleep(milliseconds);
    program.signal('SIGCONT');
  }
  async function resetConnections(program: Program, report: Report): Promise<void> {
    report(program);
    program.proxy.resetConnections();
  }
  async function disturbConnections(
    kind: 'refuse' | 'hang',
    milliseconds: number,
    report: Report,
  ): Promise<void> {
    const program = rng.pick(programs);
    report(program);
    program.proxy[kind]();
    await sleep(milliseconds);
    program.proxy.restore();
  }
  const faultDatabase = (inject: () => Promise<void>, report: () => void) => {
    database = database.then(() => {
      report();
      return inject();
    });
    return database;
  };

  const injectors: Record<Fault, (report: (program?: Program) => void) => Promise<void>> = {
    'SIGKILL worker': (report) => send(pickWorker(), 'SIGKILL', report),
    'SIGKILL api': (report) => send(pickApi(), 'SIGKILL', report),
    'SIGTERM worker': (report) => send(pickWorker(), 'SIGTERM', report),
    'SIGTERM api': (report) => send(pickApi(), 'SIGTERM', report),
    'SIGSTOP worker, briefly': (report) => freeze(pickWorker(), rng.integer(500, 5000), report),
    'SIGSTOP worker, past its heartbeat': (report) =>
      freeze(pickWorker(), rng.integer(17_000, rounds === 0 ? 18_000 : 25_000), report),
    'SIGSTOP api': (report) => freeze(pickApi(), rng.integer(500, 5000), report),
    'connections reset': (report) => resetConnections(rng.pick(programs), report),
    'connections refused': (report) => disturbConnections('refuse', rng.integer(500, 5000), report),
    'connections hang': (report) => disturbConnections('hang', rng.integer(2000, 12_000), report),
    'PostgreSQL restarts': (report) => faultDatabase(postgres.restart, report),
    'PostgreSQL crashes': (report) => faultDatabase(postgres.crash, report),
    'PostgreSQL loses a process': (report) => faultDatabase(postgres.killBackend, report),
  };

  const weightedFaults = (Object.keys(faultWeights) as Fault[]).flatMap(
    (fault) => Array(faultWeights[fault]).fill(fault) as Fault[],
  );
  const sequence =
    rounds === 0
      ? arrangeEachOnce(rng)
      : Array.from({ length: rounds }, () => rng.shuffle(weightedFaults)).flat();
  for (const fault of sequence) {
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    const report = (program?: Program) => onFault(program ? `${fault}: ${program.name}` : fault);
    const injection: Promise<void> = injectors[fault](report).finally(() => ongoing.delete(injection));
    ongoing.add(injection);
    await sleep((durationMs / sequence.length) * (0.5 + rng.fraction()));
  }
  return {
    counts,
    async finish() {
      await Promise.all(ongoing);
    },
  };
}
