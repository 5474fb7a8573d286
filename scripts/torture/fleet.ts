import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WebhookSettings } from '../../packages/core/src/webhooks/settings.ts';
import { freePort } from '../../packages/db/src/embedded/process/free-port.ts';
import { type Line, openLine } from './line.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Where the bundle of the torture's worker lies: beside the server's own, whose parts it uses. */
export const workerBundle = 'apps/server/dist/torture-worker.js';

/** One life of a program, from its start to its end. */
export interface Life {
  readonly program: string;
  readonly pid: number;
  /** When each render began here and, if it did, ended, by the order's key; Unix milliseconds. */
  readonly renders: Map<string, { readonly began: number; ended?: number }>;
  killedAt?: number;
}

/** An api or a worker, which is started again whenever it ends. */
export interface Program {
  readonly name: string;
  readonly role: 'api' | 'worker';
  /** Where an api answers. */
  readonly url: string;
  /** Its line to the database. */
  readonly line: Line;
  readonly lives: Life[];
  /** Ready, and not frozen. */
  up(): boolean;
  /** Signals the program; its child processes are left to themselves, as they would be. */
  signal(name: NodeJS.Signals): void;
}

/** The programs of a run. */
export interface Fleet {
  readonly apis: readonly Program[];
  readonly workers: readonly Program[];
  /** Programs that ended without having been told to, once they had been ready. */
  readonly crashes: string[];
  /** Comes when every program is ready. */
  ready(): Promise<void>;
  /** Ends all for good. @returns how many child processes had outlived their programs */
  stop(): Promise<number>;
}

/** What the programs of a run have in common. */
export interface FleetOptions {
  readonly directory: string;
  readonly databaseUrl: () => string;
  readonly databasePort: () => number;
  readonly apis: number;
  readonly workers: number;
  /** How webhooks are sent, where that is not as the product does. */
  readonly webhooks: Partial<WebhookSettings>;
}

/** Starts the programs. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const crashes: string[] = [];
  let stopping = false;
  const stops: (() => Promise<void>)[] = [];

  async function open(role: 'api' | 'worker', index: number): Promise<Program> {
    const name = `${role}-${index}`;
    const line = await openLine(options.databasePort);
    const port = role === 'api' ? await freePort() : 0;
    const database = new URL(options.databaseUrl());
    database.port = String(line.port);
    const args =
      role === 'api'
        ? [root('apps/server/dist/server.js'), 'serve', '--role', 'api']
        : [root(workerBundle), JSON.stringify(options.webhooks)];
    const env = {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      DATABASE_URL: database.href,
      RESTAGE_DATA_DIR: join(options.directory, 'data'),
      RESTAGE_SECRET: 'the secret of the torture',
      RESTAGE_WRITE_RPM: '1200',
      RESTAGE_READ_RPM: '100000',
      RESTAGE_CONCURRENCY: '10000',
      RESTAGE_WORKERS: '2',
      RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
    };
    const log = createWriteStream(join(options.directory, `${name}.jsonl`));
    const lives: Life[] = [];
    let child: ChildProcess;
    let ready = false;
    let frozen = false;
    let told = false;

    function launch(): void {
      // A process group of its own, so that what outlives it can be found.
      child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      const life: Life = { program: name, pid: child.pid ?? 0, renders: new Map() };
      lives.push(life);
      child.stderr?.pipe(log, { end: false });
      let rest = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const each of lines) hear(life, each);
      });
      child.once('exit', (code, signal) => {
        if (ready && !told && signal !== 'SIGKILL')
          crashes.push(`${name} ended by itself: ${code ?? signal}`);
        life.killedAt ??= Date.now();
        ready = false;
        frozen = false;
        told = false;
        if (!stopping) setTimeout(() => !stopping && launch(), 300);
      });
    }

    function hear(life: Life, said: string): void {
      const [event, key = ''] = said.split(' ');
      if (event === 'begin') life.renders.set(key, { began: Date.now() });
      else if (event === 'end') Object.assign(life.renders.get(key) ?? {}, { ended: Date.now() });
      else if (event === 'ready' || said.includes('Ctrl-C')) ready = true;
    }

    launch();
    stops.push(async () => {
      told = true;
      const ended = child.exitCode !== null || child.signalCode !== null;
      const exit = new Promise<void>((resolve) => (ended ? resolve() : child.once('exit', () => resolve())));
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 25_000);
      await exit;
      clearTimeout(late);
      line.close();
      log.end();
    });
    return {
      name,
      role,
      url: `http://127.0.0.1:${port}`,
      line,
      lives,
      up: () => ready && !frozen,
      signal(signal) {
        if (signal === 'SIGSTOP') frozen = true;
        if (signal === 'SIGCONT') frozen = false;
        if (signal === 'SIGTERM') told = true;
        const life = lives.at(-1);
        if (signal === 'SIGKILL' && life) life.killedAt = Date.now();
        child.kill(signal);
      },
    };
  }

  const openAll = (role: 'api' | 'worker', count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => open(role, index + 1)));
  const [apis, workers] = await Promise.all([
    openAll('api', options.apis),
    openAll('worker', options.workers),
  ]);
  const programs = [...apis, ...workers];
  return {
    apis,
    workers,
    crashes,
    async ready() {
      const deadline = Date.now() + 120_000;
      while (!programs.every((program) => program.up())) {
        if (Date.now() > deadline) throw new Error('the programs were not ready within two minutes');
        await sleep(50);
      }
    },
    async stop() {
      stopping = true;
      await Promise.all(stops.map((stop) => stop()));
      await sleep(1000);
      const groups = programs.flatMap(({ lives }) => lives.map(({ pid }) => pid));
      const left = await membersOf(groups);
      for (const pid of left) process.kill(pid, 'SIGKILL');
      return left.length;
    },
  };
}

/** Processes of these groups that run a program of this project, as ps lists them. */
async function membersOf(groups: readonly number[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,pgid=,command='], { maxBuffer: 2 ** 26 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    // A number may be another's by now; the path tells.
    return groups.includes(Number(group)) && command.includes(root('')) ? [Number(pid)] : [];
  });
}
