import { type Clone, cloneDatabase } from './clone.ts';
import { startTestCluster, type TestCluster } from './cluster.ts';

/** The cluster of this process, while somebody holds it. A file that is loaded twice finds the same one. */
interface Shared {
  cluster: Promise<TestCluster> | undefined;
  /** The one before, while it ends. */
  ending: Promise<void>;
  holders: number;
  timer: NodeJS.Timeout | undefined;
}

const key = Symbol.for('restage.temporary-cluster');
const place = globalThis as typeof globalThis & { [key]?: Shared };

/** Milliseconds for which a cluster outlives its last database: tests that follow one another share one. */
const lingerMs = 250;

/** Names the variable that {@link shareTemporaryCluster} sets for the processes of a run. */
const templateVariable = 'RESTAGE_TEST_TEMPLATE_URL';

/**
 * A migrated, empty database, until it is dropped. The first one of a process starts a PostgreSQL (1.3 s on 2 idle cores), which
 * the others share (50 ms each) and which ends a moment after the last is dropped; or all are made beside a
 * template that is there already.
 * @throws where the embedded PostgreSQL can't run
 */
export async function temporaryDatabase(): Promise<Clone> {
  const template = process.env[templateVariable];
  if (template) return cloneDatabase(template);
  place[key] ??= { cluster: undefined, ending: Promise.resolve(), holders: 0, timer: undefined };
  const shared = place[key];
  shared.holders += 1;
  clearTimeout(shared.timer);
  try {
    shared.cluster ??= shared.ending.then(() => startTestCluster());
    const clone = await cloneDatabase((await shared.cluster).templateUrl);
    return {
      url: clone.url,
      drop: async () => {
        await clone.drop();
        letGo(shared);
      },
    };
  } catch (error) {
    letGo(shared);
    throw error;
  }
}

function letGo(shared: Shared): void {
  shared.holders -= 1;
  if (shared.holders > 0) return;
  shared.timer = setTimeout(() => {
    const { cluster } = shared;
    shared.cluster = undefined;
    // One that never started has nothing to stop; who asked for it has been told why.
    shared.ending = cluster?.then(({ stop }) => stop()).catch(() => {}) ?? Promise.resolve();
  }, lingerMs);
}

/** Starts one PostgreSQL for a run of tests in many processes, of which this one is the parent. Gives what ends it. */
export async function shareTemporaryCluster(): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  process.env[templateVariable] = cluster.templateUrl;
  return async () => {
    delete process.env[templateVariable];
    await cluster.stop();
  };
}
