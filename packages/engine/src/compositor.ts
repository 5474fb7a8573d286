import { fileURLToPath } from 'node:url';
import { type FailureValue, failWith } from '@restage/errors';
import workerpool from 'workerpool';
import type {
  Engine,
  MatteModel,
  ModelFailure,
  Rendered,
  RenderFailureCode,
  RenderOptions,
} from './engine.ts';
import type { RenderTask } from './worker.ts';

export interface CompositorOptions {
  /** Jobs rendered at once, a process each. */
  readonly workers: number;
  /** Path of the worker's program; by default the source beside this file. A bundle names its own. */
  readonly workerScript?: string;
  /** Seconds that a job may take. */
  readonly wallSeconds?: number;
  /** Memory that a worker may hold, all of it counted, before it is ended. */
  readonly memoryMegabytes?: number;
  /** A network for alpha mode `auto`; without one, the subject is found without learned weights. */
  readonly matteModel?: MatteModel;
}

/** Why a matte network won't do, or why its check did not end. */
type CheckFailure = ModelFailure | WorkerFailure;

/** Why a worker did not answer. */
type WorkerFailure = FailureValue<'TIMED_OUT' | 'WORKER_TERMINATED'>;

/** The engine that comes in the box. */
export interface Compositor extends Engine {
  /** Opens the matte network and runs it once. @returns what is wrong with it, in words for the operator. */
  check(): Promise<CheckFailure | undefined>;
}

/** What a worker sees of our environment: untrusted bytes are parsed there, so no secrets. */
const shared = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'SystemRoot', 'LD_LIBRARY_PATH'];

/**
 * The engine that comes in the box. Every job runs in a child process with a time and a memory limit; one
 * that dies, hangs or is aborted costs its own job and nothing else.
 */
export function createCompositor(options: CompositorOptions): Compositor {
  const wallSeconds = options.wallSeconds ?? 900;
  const memoryMegabytes = options.memoryMegabytes ?? 2048;
  const script = options.workerScript ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
  const pool = workerpool.pool(script, {
    workerType: 'process',
    maxWorkers: options.workers,
    workerTerminateTimeout: 250,
    forkArgs: [`--memory-megabytes=${memoryMegabytes}`],
    forkOpts: {
      // A group of its own: a Ctrl-C of the terminal would reach a worker that is still starting, and end its job.
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${memoryMegabytes}`],
      env: {
        ...Object.fromEntries(
          shared.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
        ),
        // onnxruntime would report what it runs, and keep an id of the machine for that.
        ORT_DISABLE_TELEMETRY: '1',
      },
    },
  });

  return {
    async render(request, { signal, onProgress }) {
      if (signal.aborted) return cancelled;
      const job: RenderTask = { request, model: options.matteModel };
      const task = pool.exec('render', [job], { on: rising(onProgress) });
      // Nothing may be returned here: Node takes a listener's promise and rethrows what it rejects with.
      const cancel = () => {
        task.cancel();
      };
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return receive<Rendered, RenderFailureCode>(await task.timeout(wallSeconds * 1000));
      } catch (error) {
        return signal.aborted ? cancelled : explain(error, wallSeconds);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    async check() {
      if (options.matteModel === undefined) return undefined;
      try {
        const answer = await pool.exec('check', [options.matteModel]).timeout(wallSeconds * 1000);
        return answer && receive<never, ModelFailure['code']>(answer);
      } catch (error) {
        return explain(error, wallSeconds);
      }
    },
    async close() {
      await pool.terminate(true);
    },
  };
}

const cancelled = failWith('CANCELLED', 'The job was cancelled.');

/** Makes what a worker answered a failure again, where it is one: it comes as JSON, which drops the brand. */
function receive<Answer extends object, Code extends string>(
  answer: Answer | { readonly code: Code; readonly message: string },
): Answer | FailureValue<Code> {
  return 'code' in answer ? failWith(answer.code, answer.message) : answer;
}

/** Hands on what a worker says of its progress, never falling. */
function rising(onProgress: RenderOptions['onProgress']): (payload: unknown) => void {
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
 * The end of a worker in words for the job's owner. An error that the worker's own code threw is a bug, not
 * a failure of the job, and stays one.
 */
function explain(error: unknown, wallSeconds: number): WorkerFailure {
  if (error instanceof workerpool.Promise.TimeoutError)
    return failWith('TIMED_OUT', `Rendering took longer than ${wallSeconds} seconds and was ended.`);
  // Not from here, or it would be one of the two above: a whole service is told to stop, and the job is not to blame.
  if (error instanceof workerpool.TerminateError && error.message.includes('signalCode: `SIGTERM`'))
    throw new Error('the render process was told to end', { cause: error });
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
