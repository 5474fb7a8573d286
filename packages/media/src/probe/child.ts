import { type ChildProcess, fork } from 'node:child_process';

/** Bounds of one child process. */
export interface ChildLimits {
  /** Milliseconds for one question, wall-clock. */
  readonly questionMs: number;
  /** Milliseconds from starting a child until it listens. */
  readonly bootMs: number;
  /** Megabytes of JavaScript heap. */
  readonly heapMegabytes: number;
  /** Megabytes of writable memory, of which V8 reserves over 500 for code without touching them. */
  readonly dataMegabytes: number;
  /** Seconds of CPU in a child's whole life: what ends one that spins after its parent was killed. */
  readonly cpuSeconds: number;
}

/** How a question to a child ended. */
type Reply =
  | { readonly kind: 'answered'; readonly message: unknown }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'died'; readonly how: string };

/** A running child process, which answers one question at a time. After any other reply it must be killed. */
export interface Child {
  ask(question: object): Promise<Reply>;
  kill(): void;
  readonly exited: Promise<void>;
}

/**
 * Starts `script` and waits until it says that it is ready. It may read files, and nothing else: no writing,
 * no processes, no threads, no environment. Throws when it does not start, which is a fault of the installation.
 */
export async function startChild(script: string, limits: ChildLimits): Promise<Child> {
  const process_ = spawn(script, limits);
  const exited = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const ready = await nextMessage(process_, limits.bootMs);
  if (ready.kind !== 'answered') {
    process_.kill('SIGKILL');
    throw new Error(`The media child process ${script} did not start: ${describe(ready)}.`);
  }
  return {
    exited,
    kill: () => void process_.kill('SIGKILL'),
    async ask(question) {
      const reply = nextMessage(process_, limits.questionMs);
      // A child that is gone makes `send` fail; its exit has then ended `reply` already.
      if (process_.connected) process_.send(question, () => undefined);
      return await reply;
    },
  };
}

function spawn(script: string, limits: ChildLimits): ChildProcess {
  const node = [
    '--single-threaded',
    `--max-old-space-size=${limits.heapMegabytes}`,
    '--permission',
    '--allow-fs-read=*',
    '--disable-warning=SecurityWarning',
  ];
  const options = {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'] as ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
  };
  if (process.platform === 'win32') return fork(script, [], { ...options, execArgv: node });
  // The kernel's limits are set by a shell that then becomes Node; a limit that a system lacks is left out.
  const limited = [
    'ulimit -c 0',
    `ulimit -t ${limits.cpuSeconds}`,
    `ulimit -d ${limits.dataMegabytes * 1024} 2>/dev/null`,
    'exec "$@"',
  ].join('; ');
  return fork(script, [], {
    ...options,
    execPath: '/bin/sh',
    execArgv: ['-c', limited, 'sh', process.execPath, ...node],
  });
}

/** The next message of a child, or that it died or took longer than `milliseconds`. */
function nextMessage(child: ChildProcess, milliseconds: number): Promise<Reply> {
  return new Promise((resolve) => {
    const end = (reply: Reply) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      resolve(reply);
    };
    const onMessage = (message: unknown) => end({ kind: 'answered', message });
    const onExit = (code: number | null, signal: string | null) =>
      end({ kind: 'died', how: signal ?? `exit code ${code}` });
    const onError = (error: Error) => end({ kind: 'died', how: error.message });
    // An answer may be waiting to be read by a busy parent: it gets one more turn of the event loop.
    const timer = setTimeout(() => setImmediate(end, { kind: 'overdue' } satisfies Reply), milliseconds);
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
  });
}

function describe(reply: Exclude<Reply, { kind: 'answered' }>): string {
  return reply.kind === 'overdue' ? 'it took too long' : `it ended with ${reply.how}`;
}
