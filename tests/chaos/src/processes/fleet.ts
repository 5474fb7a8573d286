import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WebhookSettings } from '@restage/core';
import type { Backends } from './backends.ts';
import { type Program, type Role, startProgram } from './program.ts';

const resolveFromRoot = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** Where the worker is bundled: beside the server's bundle, from where it finds the native modules. */
export const workerBundlePath = 'apps/server/dist/chaos-worker.js';

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
  readonly backends: Backends;
  readonly apis: number;
  readonly workers: number;
  /** The webhook settings that differ from the defaults. */
  readonly webhooks: Partial<WebhookSettings>;
}

/** Starts the programs. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { directory, backends, webhooks } = options;
  const crashes: string[] = [];
  const commands: Record<Role, readonly string[]> = {
    api: [resolveFromRoot('apps/server/dist/server.js'), 'serve', '--role', 'api'],
    worker: [resolveFromRoot(workerBundlePath), JSON.stringify(webhooks)],
  };
  const startAll = (role: Role, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        startProgram({
          name: `${role}-${index + 1}`,
          role,
          command: commands[role],
          logPath: join(directory, `${role}-${index + 1}.jsonl`),
          backends,
          onCrash: (message) => crashes.push(message),
        }),
      ),
    );
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
      await Promise.all(programs.map((program) => program.stop()));
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
