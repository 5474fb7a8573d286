import { setTimeout as sleep } from 'node:timers/promises';
import type { Backends } from '../processes/backends.ts';
import type { Fleet } from '../processes/fleet.ts';
import type { Program } from '../processes/program.ts';
import type { Rng } from '../rng.ts';

/** A kind of fault. */
export interface Fault {
  readonly name: string;
  /** How often it occurs in one round. */
  readonly weight: number;
  /** Whether it lasts so long that it must begin early in a short run. */
  readonly isLong?: boolean;
  /** Injects it, and returns when it is over. @param report called when it begins, with the program that it hits */
  inject(report: (program?: Program) => void): Promise<void>;
}

/** What faults are injected into. */
export interface Targets {
  readonly fleet: Fleet;
  readonly backends: Backends;
  readonly rng: Rng;
  /** Whether faults last no longer than they must. */
  readonly short: boolean;
}

/** All faults that can hit these targets. */
export function createFaults(targets: Targets): Fault[] {
  return [...createProgramFaults(targets), ...createDatabaseFaults(targets), ...createHostFaults(targets)];
}

/** Faults of the processes and of their network. */
function createProgramFaults({ fleet, rng, short }: Targets): Fault[] {
  const pickWorker = () => rng.pick(fleet.workers);
  const pickApi = () => rng.pick(fleet.apis);
  const pickProgram = () => rng.pick([...fleet.apis, ...fleet.workers]);
  const send = (pick: () => Program, signal: NodeJS.Signals): Fault['inject'] => {
    return async (report) => {
      const program = pick();
      report(program);
      program.signal(signal);
    };
  };
  const freeze = (pick: () => Program, minMs: number, maxMs: number): Fault['inject'] => {
    return async (report) => {
      const program = pick();
      report(program);
      program.signal('SIGSTOP');
      await sleep(rng.integer(minMs, maxMs));
      program.signal('SIGCONT');
    };
  };
  const disturb = (kind: 'refuse' | 'hang', minMs: number, maxMs: number): Fault['inject'] => {
    return async (report) => {
      const program = pickProgram();
      report(program);
      program.network[kind]();
      await sleep(rng.integer(minMs, maxMs));
      program.network.restore();
    };
  };
  return [
    { name: 'SIGKILL worker', weight: 5, inject: send(pickWorker, 'SIGKILL') },
    { name: 'SIGKILL api', weight: 2, inject: send(pickApi, 'SIGKILL') },
    { name: 'SIGTERM worker', weight: 1, inject: send(pickWorker, 'SIGTERM') },
    { name: 'SIGTERM api', weight: 1, inject: send(pickApi, 'SIGTERM') },
    { name: 'SIGSTOP worker, briefly', weight: 2, inject: freeze(pickWorker, 500, 5000) },
    {
      name: 'SIGSTOP worker, past its heartbeat',
      weight: 2,
      isLong: true,
      inject: freeze(pickWorker, 17_000, short ? 18_000 : 25_000),
    },
    { name: 'SIGSTOP api', weight: 2, inject: freeze(pickApi, 500, 5000) },
    {
      name: 'connections reset',
      weight: 3,
      async inject(report) {
        const program = pickProgram();
        report(program);
        program.network.resetConnections();
      },
    },
    { name: 'connections refused', weight: 2, inject: disturb('refuse', 500, 5000) },
    { name: 'connections hang', weight: 2, inject: disturb('hang', 2000, 12_000) },
  ];
}

/** Faults of PostgreSQL, which run one at a time. */
function createDatabaseFaults({ backends: { postgres } }: Targets): Fault[] {
  const inject = runOneAtATime();
  return [
    { name: 'PostgreSQL restarts', weight: 1, inject: inject(postgres.restart) },
    { name: 'PostgreSQL crashes', weight: 1, inject: inject(postgres.crash) },
    { name: 'PostgreSQL loses a process', weight: 1, inject: inject(postgres.killBackend) },
  ];
}

/** Faults of what only hosts use: S3, and PgBouncer. Those of each run one at a time. */
function createHostFaults({ backends: { hosts }, rng, short }: Targets): Fault[] {
  if (!hosts) return [];
  const { pooler, objectStore } = hosts;
  const [injectIntoS3, injectIntoPooler] = [runOneAtATime(), runOneAtATime()];
  const freeze = async (pid: number, milliseconds: number) => {
    process.kill(pid, 'SIGSTOP');
    await sleep(milliseconds);
    process.kill(pid, 'SIGCONT');
  };
  return [
    { name: 'S3 killed', weight: 1, isLong: true, inject: injectIntoS3(objectStore.restart) },
    {
      name: 'S3 frozen',
      weight: 1,
      isLong: true,
      // Past the time limit of a request, unless the run is short.
      inject: injectIntoS3(() => freeze(objectStore.pid(), short ? 4000 : rng.integer(3000, 24_000))),
    },
    {
      name: 'S3 full',
      weight: 1,
      isLong: true,
      inject: injectIntoS3(async () => {
        await objectStore.exceedQuota();
        await sleep(short ? 2000 : rng.integer(2000, 8000));
        await objectStore.raiseQuota();
      }),
    },
    { name: 'PgBouncer killed', weight: 2, inject: injectIntoPooler(pooler.restart) },
    {
      name: 'PgBouncer frozen',
      weight: 1,
      inject: injectIntoPooler(() => freeze(pooler.pid(), rng.integer(500, short ? 2000 : 8000))),
    },
  ];
}

/** Makes injectors of faults that wait for each other. */
function runOneAtATime(): (inject: () => Promise<void>) => Fault['inject'] {
  let previous: Promise<void> = Promise.resolve();
  return (inject) => (report) => {
    previous = previous.then(() => {
      report();
      return inject();
    });
    return previous;
  };
}
