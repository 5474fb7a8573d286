import { type ChildProcess, fork } from 'node:child_process';

/** The limits of a child process. */
export interface ChildLimits {
  /** Wall-clock time for one request. */
  readonly requestMs: number;
  /** From starting a child until it is ready. */
  readonly bootMs: number;
  /** Megabytes of JavaScript heap. */
  readonly heapMegabytes: number;
  /** Megabytes of writable memory, of which V8 reserves over 500 for code without using them. */
  readonly dataMegabytes: number;
  /** CPU seconds in a child's whole life: ends a child that spins after its parent was killed. */
  readonly cpuSeconds: number;
}

/** The outcome of a request to a child. */
type ChildReply =
  | { readonly kind: 'answered'; readonly message: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'died'; readonly how: string };

/** A running child process, which handles one request at a time. After any reply but `answered` it must be killed. */
export interface Child {
  request(request: object): Promise<ChildReply>;
  kill(): void;
  readonly exited: Promise<void>;
}

/**
 * Starts `script` and waits until it is ready. It may read files and nothing else: no writes, processes, threads or
 * environment. Throws if it does not start, which is a fault of the installation.
 */
export async function startChild(script: string, limits: ChildLimits): Promise<Child> {
  const process_ = spawnChild(script, limits);
  const exited = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const ready = await nextMessage(process_, limits.bootMs);
  if (ready.kind !== 'answered') {
    process_.kill('SIGKILL');
    throw new Error(`The media child process ${script} did not start: ${describeReply(ready)}.`);
  }
  return {
    exited,
    kill: () => void process_.kill('SIGKILL'),
    async request(request) {
      const reply = nextMessage(process_, limits.requestMs);
      // If the child has ended, `send` fails, and its exit has resolved `reply`.
      if (process_.connected) process_.send(request, () => undefined);
      return await reply;
    },
  };
}

function spawnChild(script: string, limits: ChildLimits): ChildProcess {
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
  // A shell sets the kernel's limits and then becomes Node; limits that the system lacks are skipped.
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

/** Waits for the next message of a child, its death, or `milliseconds`. */
function nextMessage(child: ChildProcess, milliseconds: number): Promise<ChildReply> {
  return new Promise((resolve) => {
    const end = (reply: ChildReply) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      resolve(reply);
    };
    const onMessage = (message: unknown) => end({ kind: 'answered', message });
    const onExit = (code: number | null, signal: string | null) =>
      end({ kind: 'died', how: signal ?? `exit code ${code}` });
    const onError = (error: Error) => end({ kind: 'died', how: error.message });
    // If this process was busy, the reply may be waiting to be read: allow one more turn of the event loop.
    const timer = setTimeout(() => setImmediate(end, { kind: 'timeout' } satisfies ChildReply), milliseconds);
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
  });
}

function describeReply(reply: Exclude<ChildReply, { kind: 'answered' }>): string {
  return reply.kind === 'timeout' ? 'it took too long' : `it ended with ${reply.how}`;
}
