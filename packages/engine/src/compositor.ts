import { fileURLToPath } from 'node:url';
import { type FailureValue, failWith } from '@restage/errors';
import type { MatteModel, ModelFailure } from '@restage/matting';
import workerpool from 'workerpool';
import type { Engine, Rendered, RenderFailureCode, RenderOptions } from './engine.ts';
import type { RenderTask } from './worker.ts';

export interface CompositorOptions {
  /** Number of worker processes: each renders one job at a time. */
  readonly workers: number;
  /** Path of the worker's program; by default the source beside this file. A bundle passes its own. */
  readonly workerScript?: string;
  /** Maximum seconds per job. */
  readonly wallSeconds?: number;
  /** Maximum memory of a worker in all; above it, the worker is killed. */
  readonly memoryMegabytes?: number;
  /**
   * A network for alpha mode `auto`; without one, the subject is found without learned weights. A function is called
   * for each job, so that the network can change while the engine runs.
   */
  readonly matteModel?: MatteModel | (() => Promise<MatteModel | undefined>);
}

/** Why a matte network can't be used, or why its check did not finish. */
type CheckFailure = ModelFailure | WorkerFailure;

/** Why a worker did not answer. */
type WorkerFailure = FailureValue<'TIMED_OUT' | 'WORKER_TERMINATED'>;

/** The built-in engine. */
export interface Compositor extends Engine {
  /** Opens the matte network and runs it once. @returns what is wrong with it, worded for the operator. */
  check(): Promise<CheckFailure | undefined>;
}

/** Environment variables passed to workers: they parse untrusted bytes, so they get no secrets. */
const passedVariables = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'SystemRoot', 'LD_LIBRARY_PATH'];

/**
 * Creates the built-in engine. Every job runs in a child process with a time and a memory limit; one that crashes,
 * hangs or is aborted affects no other job.
 */
export function createCompositor(options: CompositorOptions): Compositor {
  const wallSeconds = options.wallSeconds ?? 900;
  const memoryMegabytes = options.memoryMegabytes ?? 2048;
  const script = options.workerScript ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
  const { matteModel } = options;
  const readModel = async () => (typeof matteModel === 'function' ? await matteModel() : matteModel);
  const pool = workerpool.pool(script, {
    workerType: 'process',
    maxWorkers: options.workers,
    workerTerminateTimeout: 250,
    forkArgs: [`--memory-megabytes=${memoryMegabytes}`],
    forkOpts: {
      // A process group of its own: Ctrl-C in the terminal would kill a worker that is still starting.
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${memoryMegabytes}`],
      env: {
        ...Object.fromEntries(
          passedVariables.flatMap((name) =>
            process.env[name] === undefined ? [] : [[name, process.env[name]]],
          ),
        ),
        // onnxruntime would report usage, with an id of the machine.
        ORT_DISABLE_TELEMETRY: '1',
      },
    },
  });

  return {
    async render(request, { signal, onProgress }) {
      const model = request.alphaMode === 'auto' ? await readModel() : undefined;
      if (signal.aborted) return cancelled;
      const job: RenderTask = { request, model };
      const task = pool.exec('render', [job], { on: createMonotonicProgress(onProgress) });
      // Returns nothing: Node rethrows the rejection of a promise that a listener returns.
      const cancel = () => {
        task.cancel();
      };
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return receive<Rendered, RenderFailureCode>(await task.timeout(wallSeconds * 1000));
      } catch (error) {
        return signal.aborted ? cancelled : toFailure(error, wallSeconds);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    async check() {
      const model = await readModel();
      if (model === undefined) return undefined;
      try {
        const answer = await pool.exec('check', [model]).timeout(wallSeconds * 1000);
        return answer && receive<never, ModelFailure['code']>(answer);
      } catch (error) {
        return toFailure(error, wallSeconds);
      }
    },
    async close() {
      await pool.terminate(true);
    },
  };
}

const cancelled = failWith('CANCELLED', 'The job was cancelled.');

/** Restores the brand of a failure that a worker returned: results come as JSON, which drops it. */
function receive<Answer extends object, Code extends string>(
  answer: Answer | { readonly code: Code; readonly message: string },
): Answer | FailureValue<Code> {
  return 'code' in answer ? failWith(answer.code, answer.message) : answer;
}

/** Forwards a worker's progress, never falling. */
function createMonotonicProgress(onProgress: RenderOptions['onProgress']): (payload: unknown) => void {
  let highest = 0;
  return (payload) => {
    if (typeof payload !== 'object' || payload === null || !('progress' in payload)) return;
    const { progress } = payload;
    if (typeof progress !== 'number' || progress <= highest) return;
    highest = progress;
    onProgress(progress);
  };
}

/**
 * Converts the end of a worker to a failure for the job's owner. An error thrown by the worker's own code is a bug
 * and is rethrown.
 */
function toFailure(error: unknown, wallSeconds: number): WorkerFailure {
  if (error instanceof workerpool.Promise.TimeoutError)
    return failWith('TIMED_OUT', `Rendering took longer than ${wallSeconds} seconds and was ended.`);
  // SIGTERM that is not from here stops the whole service, so the job is not to blame.
  if (error instanceof workerpool.TerminateError && error.message.includes('signalCode: `SIGTERM`'))
    throw new Error('the render process was stopped', { cause: error });
  if (
    error instanceof workerpool.TerminateError ||
    (error instanceof Error && /^Worker (is )?terminat/i.test(error.message))
  ) {
    return failWith(
      'WORKER_TERMINATED',
      'The render process ended before the job was done: it crashed, or needed more memory than a job may use.',
    );
  }
  throw error;
}
