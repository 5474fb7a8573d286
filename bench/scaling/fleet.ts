import { fileURLToPath } from 'node:url';
import { changesChannel } from '../../packages/core/src/changes.ts';
import { runProgram } from '../tools/program.ts';
import type { openTestbed } from '../tools/testbed.ts';
import { readFamilyCpuMs } from './cpu.ts';

type Testbed = Awaited<ReturnType<typeof openTestbed>>;

const cli = fileURLToPath(new URL('../../apps/server/src/cli.ts', import.meta.url));

/** Replaces the engine of a worker by one that waits as many milliseconds as the prompt says, and writes tiny files. */
const waitingEngine = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const source = \`
    import { setTimeout as sleep } from 'node:timers/promises';
    import { tinyRender } from '../../../../packages/core/test/support/tiny-render.ts';
    export const openEngine = async () => ({
      async render(request) {
        await sleep(Number(request.prompt.replace(/[^0-9]/g, '')));
        return tinyRender(request);
      },
      close: async () => {},
    });
    // Only the command that manages networks calls it.
    export const createEngine = undefined;\`;
  registerHooks({
    load: (url, context, next) =>
      url.endsWith('/services/engine.ts') ? { format: 'module', shortCircuit: true, source } : next(url, context),
  });`)}`;

/** The product's engine, or one that waits as long as the prompt says. */
export type WorkerEngine = 'real' | 'waiting';

/** Worker processes of the product. */
export interface Fleet {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Starts worker processes of one job each. */
export async function startFleet(
  { url, directory }: Pick<Testbed, 'url' | 'directory'>,
  workers: number,
  engine: WorkerEngine,
): Promise<Fleet> {
  const hook = engine === 'waiting' ? ['--import', waitingEngine] : [];
  const args = [...hook, '--disable-warning=ExperimentalWarning', cli, 'serve', '--role', 'worker'];
  const env = { PORT: '0', DATABASE_URL: url, RESTAGE_DATA_DIR: directory, LOG_LEVEL: 'error' };
  const programs = await Promise.all(Array.from({ length: workers }, () => runProgram(args, env)));
  return {
    pids: programs.map(({ pid }) => pid),
    stop: async () => void (await Promise.all(programs.map((program) => program.stop()))),
  };
}

/** What a backlog took. */
export interface BacklogResult {
  /** From its release to the last completed job. */
  readonly wallMs: number;
  /** Of the workers and of PostgreSQL. */
  readonly cpuMs: number;
}

/**
 * Measures how long a fleet takes for a backlog. The fleet is frozen while the jobs are started, so that all of them wait when it
 * begins.
 * @param startJob starts one job. @returns its id
 */
export async function runBacklog(
  { sql }: Pick<Testbed, 'sql'>,
  fleet: Fleet,
  postmaster: number,
  jobs: number,
  startJob: () => Promise<string>,
): Promise<BacklogResult> {
  const signal = (name: NodeJS.Signals) => fleet.pids.forEach((pid) => void process.kill(pid, name));
  const ids = new Set<string>();
  const done = Promise.withResolvers<void>();
  const listener = await sql.listen(changesChannel, (payload) => {
    const [id = '', status] = payload.split(' ');
    if (status === 'completed' && ids.delete(id) && ids.size === 0) done.resolve();
    if (status === 'failed') done.reject(new Error(`job ${id} failed`));
  });
  signal('SIGSTOP');
  try {
    while (ids.size < jobs) ids.add(await startJob());
  } finally {
    signal('SIGCONT');
  }
  const [began, before] = [performance.now(), await readFamilyCpuMs(...fleet.pids, postmaster)];
  await done.promise;
  const wallMs = performance.now() - began;
  const cpuMs = (await readFamilyCpuMs(...fleet.pids, postmaster)) - before;
  await listener.unlisten();
  return { wallMs, cpuMs };
}
