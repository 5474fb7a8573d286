import { type Clone, cloneDatabase } from './clone.ts';
import { startTestCluster, type TestCluster } from './cluster.ts';

/** The cluster of this process while it is in use. On globalThis, because this file may be loaded twice. */
interface Shared {
  cluster: Promise<TestCluster> | undefined;
  /** Resolves when the cluster before it has stopped. */
  previousStopped: Promise<void>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

const key = Symbol.for('restage.temporary-cluster');
const globals = globalThis as typeof globalThis & { [key]?: Shared };

/** How long a cluster outlives its last database, so that consecutive tests share one. */
const lingerMs = 250;

/** The environment variable that {@link shareTemporaryCluster} sets for the processes of a run. */
const templateVariable = 'RESTAGE_TEST_TEMPLATE_URL';

/**
 * Creates a migrated, empty database. The first one of a process starts a PostgreSQL (1.3 s on 2 idle cores), which the
 * others share (50 ms each) and which stops shortly after the last is dropped. If a run already shares a PostgreSQL,
 * uses that.
 * @throws if the embedded PostgreSQL can't run
 */
export async function temporaryDatabase(): Promise<Clone> {
  const template = process.env[templateVariable];
  if (template) return cloneDatabase(template);
  globals[key] ??= { cluster: undefined, previousStopped: Promise.resolve(), users: 0, timer: undefined };
  const shared = globals[key];
  shared.users += 1;
  clearTimeout(shared.timer);
  try {
    shared.cluster ??= shared.previousStopped.then(() => startTestCluster());
    const clone = await cloneDatabase((await shared.cluster).templateUrl);
    return {
      url: clone.url,
      drop: async () => {
        await clone.drop();
        release(shared);
      },
    };
  } catch (error) {
    release(shared);
    throw error;
  }
}

function release(shared: Shared): void {
  shared.users -= 1;
  if (shared.users > 0) return;
  shared.timer = setTimeout(() => {
    const { cluster } = shared;
    shared.cluster = undefined;
    // A cluster that failed to start needs no stop, and temporaryDatabase has reported the error.
    shared.previousStopped = cluster?.then(({ stop }) => stop()).catch(() => {}) ?? Promise.resolve();
  }, lingerMs);
}

/** Starts one PostgreSQL for the child processes of this one. @returns a function that stops it */
export async function shareTemporaryCluster(): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  process.env[templateVariable] = cluster.templateUrl;
  return async () => {
    delete process.env[templateVariable];
    await cluster.stop();
  };
}
