import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../packages/db/src/embedded/process/free-port.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let directory = '';
let port = 0;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-start-'));
  port = await freePort();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Starts the product with the README's command, in a process group of its own. */
async function start(): Promise<ChildProcess> {
  const child = spawn('npx', ['-y', 'pnpm@12', 'start'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), RESTAGE_DATA_DIR: directory },
    stdio: 'ignore',
    detached: true,
  });
  await expect.poll(isServing, { timeout: 120_000, interval: 200 }).toBe(true);
  return child;
}

const isServing = () =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );

const hasEnded = async () =>
  !(await isServing()) && !existsSync(join(directory, 'postgres/cluster/data/postmaster.pid'));

/** Sends a signal to the first process, as a supervisor does, or to all of its group, as a terminal does. */
const send = ({ pid = 0 }: ChildProcess, signal: NodeJS.Signals, to: 'first' | 'group') =>
  process.kill(to === 'group' ? -pid : pid, signal);

test.each([
  ['SIGTERM', 'first', 1],
  ['SIGKILL', 'first', 1],
  ['SIGHUP', 'first', 1],
  ['SIGTERM', 'group', 1],
  ['SIGINT', 'group', 2],
  ['SIGKILL', 'group', 1],
] as const)(
  '%s to the %s process of `npx pnpm start`, %i times, leaves nothing running',
  async (signal, to, times) => {
    const child = await start();
    const exit = once(child, 'exit');
    for (let time = 0; time < times; time += 1) send(child, signal, to);
    await exit;
    await expect.poll(hasEnded, { timeout: 60_000, interval: 200 }).toBe(true);
  },
  240_000,
);
