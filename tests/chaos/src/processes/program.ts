import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { freePort } from '@restage/db/testing';
import type { Backends } from './backends.ts';
import { type Network, startNetwork } from './network.ts';

export type Role = 'api' | 'worker';

/** One run of a program, from its start to its exit. */
export interface ProcessRun {
  readonly program: string;
  readonly pid: number;
  /** The renders by the order's key; times in Unix milliseconds. */
  readonly renders: Map<string, { readonly beganAt: number; endedAt?: number }>;
  /** When it was killed or exited; Unix milliseconds. */
  endedAt?: number;
}

/** An api or a worker, which is restarted whenever it exits. */
export interface Program {
  readonly name: string;
  readonly role: Role;
  /** The base URL of an api. */
  readonly url: string;
  readonly network: Network;
  readonly runs: ProcessRun[];
  /** Ready and not frozen. */
  isUp(): boolean;
  /** Sends a signal to the program, but not to its child processes. */
  signal(name: NodeJS.Signals): void;
  /** Stops it for good; kills it if it takes too long. */
  stop(): Promise<void>;
}

/** How to start a program. */
export interface ProgramOptions {
  readonly name: string;
  readonly role: Role;
  /** What Node runs, and its arguments. */
  readonly command: readonly string[];
  readonly logPath: string;
  readonly backends: Backends;
  /** Called when it exits unexpectedly after it was ready. */
  readonly onCrash: (message: string) => void;
}

/** Starts a program, and starts it again whenever it exits. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { name, role, command, logPath, backends, onCrash } = options;
  const network = await startNetwork(backends.getPorts);
  const port = role === 'api' ? await freePort() : 0;
  const env = {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    RESTAGE_SECRET: 'the secret of the chaos test',
    RESTAGE_WRITE_RPM: '1200',
    RESTAGE_READ_RPM: '100000',
    RESTAGE_CONCURRENCY: '10000',
    RESTAGE_WORKERS: '2',
    RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
    ...backends.getEnvironment(name, network.ports),
  };
  const log = createWriteStream(logPath);
  const runs: ProcessRun[] = [];
  let child: ChildProcess;
  let isReady = false;
  let isFrozen = false;
  let isExitExpected = false;
  let isStopping = false;

  function launch(): void {
    // A process group of its own, so that child processes that outlive it can be found.
    child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const run: ProcessRun = { program: name, pid: child.pid ?? 0, renders: new Map() };
    runs.push(run);
    child.stderr?.pipe(log, { end: false });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) handleOutput(run, line);
    });
    child.once('exit', (code, signal) => {
      if (isReady && !isExitExpected && signal !== 'SIGKILL')
        onCrash(`${name} exited unexpectedly: ${code ?? signal}`);
      run.endedAt ??= Date.now();
      isReady = false;
      isFrozen = false;
      isExitExpected = false;
      if (!isStopping) setTimeout(() => !isStopping && launch(), 300);
    });
  }

  function handleOutput(run: ProcessRun, line: string): void {
    const [event, key = ''] = line.split(' ');
    if (event === 'begin') run.renders.set(key, { beganAt: Date.now() });
    else if (event === 'end') Object.assign(run.renders.get(key) ?? {}, { endedAt: Date.now() });
    else if (event === 'ready' || line.includes('Ctrl-C')) isReady = true;
  }

  launch();
  return {
    name,
    role,
    url: `http://127.0.0.1:${port}`,
    network,
    runs,
    isUp: () => isReady && !isFrozen,
    signal(signal) {
      if (signal === 'SIGSTOP') isFrozen = true;
      if (signal === 'SIGCONT') isFrozen = false;
      if (signal === 'SIGTERM') isExitExpected = true;
      const run = runs.at(-1);
      if (signal === 'SIGKILL' && run) run.endedAt = Date.now();
      child.kill(signal);
    },
    async stop() {
      isStopping = true;
      isExitExpected = true;
      const hasExited = child.exitCode !== null || child.signalCode !== null;
      const exit = new Promise<void>((resolve) =>
        hasExited ? resolve() : child.once('exit', () => resolve()),
      );
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), 25_000);
      await exit;
      clearTimeout(killTimer);
      network.close();
      log.end();
    },
  };
}
