import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WebhookSettings } from '@restage/core';
import { freePort } from '@restage/db/testing';
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';

const resolveFromRoot = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** Where the worker is bundled: beside the server's bundle, from where it finds the native modules. */
export const workerBundlePath = 'apps/server/dist/chaos-worker.js';

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
  readonly role: 'api' | 'worker';
  /** The base URL of an api. */
  readonly url: string;
  /** Its connection to the database. */
  readonly proxy: DatabaseProxy;
  readonly runs: ProcessRun[];
  /** Ready and not frozen. */
  isUp(): boolean;
  /** Sends a signal to the program, but not to its child processes. */
  signal(name: NodeJS.Signals): void;
}

/** The programs of a run. */
export interface Fleet {
  readonly apis: readonly Program[];
  readonly workers: readonly Program[];
  /** Programs that exited unexpectedly after they were ready. */
  readonly crashes: string[];
  /** Waits until every program is ready. */
  waitUntilReady(): Promise<void>;
  /** Stops all programs. @returns how many child processes outlived their program */
  stop(): Promise<number>;
}

/** What all programs of a run share. */
export interface FleetOptions {
  readonly directory: string;
  readonly databaseUrl: () => string;
  readonly databasePort: () => number;
  readonly apis: number;
  readonly workers: number;
  /** The webhook settings that differ from the defaults. */
  readonly webhooks: Partial<WebhookSettings>;
}

/** Starts the programs. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const crashes: string[] = [];
  let isStopping = false;
  const stops: (() => Promise<void>)[] = [];

  async function start(role: 'api' | 'worker', index: number): Promise<Program> {
    const name = `${role}-${index}`;
    const proxy = await startDatabaseProxy(options.databasePort);
    const port = role === 'api' ? await freePort() : 0;
    const database = new URL(options.databaseUrl());
    database.port = String(proxy.port);
    const args =
      role === 'api'
        ? [resolveFromRoot('apps/server/dist/server.js'), 'serve', '--role', 'api']
        : [resolveFromRoot(workerBundlePath), JSON.stringify(options.webhooks)];
    const env = {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      DATABASE_URL: database.href,
      RESTAGE_DATA_DIR: join(options.directory, 'data'),
      RESTAGE_SECRET: 'the secret of the chaos test',
      RESTAGE_WRITE_RPM: '1200',
      RESTAGE_READ_RPM: '100000',
      RESTAGE_CONCURRENCY: '10000',
      RESTAGE_WORKERS: '2',
      RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
    };
    const log = createWriteStream(join(options.directory, `${name}.jsonl`));
    const runs: ProcessRun[] = [];
    let child: ChildProcess;
    let isReady = false;
    let isFrozen = false;
    let isExitExpected = false;

    function launch(): void {
      // A process group of its own, so that child processes that outlive it can be found.
      child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
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
          crashes.push(`${name} exited unexpectedly: ${code ?? signal}`);
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
    stops.push(async () => {
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
      proxy.close();
      log.end();
    });
    return {
      name,
      role,
      url: `http://127.0.0.1:${port}`,
      proxy,
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
    };
  }

  const startAll = (role: 'api' | 'worker', count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => start(role, index + 1)));
  const [apis, workers] = await Promise.all([
    startAll('api', options.apis),
    startAll('worker', options.workers),
  ]);
  const programs = [...apis, ...workers];
  return {
    apis,
    workers,
    crashes,
    async waitUntilReady() {
      const deadline = Date.now() + 120_000;
      while (!programs.every((program) => program.isUp())) {
        if (Date.now() > deadline) throw new Error('The programs were not ready within two minutes.');
        await sleep(50);
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all(stops.map((stop) => stop()));
      await sleep(1000);
      const groups = programs.flatMap(({ runs }) => runs.map(({ pid }) => pid));
      const orphans = await findProcessesInGroups(groups);
      for (const pid of orphans) process.kill(pid, 'SIGKILL');
      return orphans.length;
    },
  };
}

/** Finds processes of these groups that run a program of this project. */
async function findProcessesInGroups(groups: readonly number[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,pgid=,command='], { maxBuffer: 2 ** 26 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    // Another program may have reused the group's number; the path shows whose it is.
    return groups.includes(Number(group)) && command.includes(resolveFromRoot('')) ? [Number(pid)] : [];
  });
}
