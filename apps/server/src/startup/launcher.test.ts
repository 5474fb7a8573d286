import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runServer, usePrograms, waitUntilServing } from '../../test/support/programs.ts';

const folder = usePrograms();

/** Writes a program of this name that runs node with its arguments and waits for it. */
async function writeLauncher(name: string): Promise<string> {
  const path = join(folder(), name);
  const script = `require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });`;
  await writeFile(path, script);
  return path;
}

const hasStopped = async (url: string) => {
  const isServing = await fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
  return !isServing && !existsSync(join(folder(), 'data/postgres/cluster/data/postmaster.pid'));
};

describe('a server and its PostgreSQL stop', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s ends the package manager that launched them',
    async (signal) => {
      const program = runServer(['serve'], {}, await writeLauncher('npx.js'));
      const { url } = await waitUntilServing(program);
      program.child.kill(signal);
      await program.exit;
      await expect.poll(() => hasStopped(url), { timeout: 30_000, interval: 100 }).toBe(true);
      expect(program.log()).toContain('"reason":"launcher_ended","msg":"server_stopping"');
    },
  );

  test('after two Ctrl-C', async () => {
    const program = runServer(['serve']);
    const { url } = await waitUntilServing(program);
    program.child.kill('SIGINT');
    program.child.kill('SIGINT');
    await program.exit;
    await expect.poll(() => hasStopped(url), { timeout: 30_000, interval: 100 }).toBe(true);
  });

  test('after SIGKILL to the server', async () => {
    const program = runServer(['serve']);
    const { url } = await waitUntilServing(program);
    program.child.kill('SIGKILL');
    await program.exit;
    await expect.poll(() => hasStopped(url), { timeout: 30_000, interval: 100 }).toBe(true);
  });
});

describe('the launch chain of a process', () => {
  /** How many launchers the chain of a process has. */
  async function countLaunchers(command: (node: string) => string): Promise<number> {
    const probe = join(folder(), 'probe.mjs');
    const launcher = new URL('./launcher.ts', import.meta.url).href;
    await writeFile(
      probe,
      `import { findLaunchChain, isIntact } from ${JSON.stringify(launcher)};
      const chain = findLaunchChain();
      console.log(chain.length - 1, isIntact(chain), isIntact([...chain, process.pid]));`,
    );
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command(`${process.execPath} ${probe}`)]);
    const [length, intact, broken] = stdout.trim().split(' ');
    expect([intact, broken]).toEqual(['true', 'false']);
    return Number(length);
  }

  const through = async (name: string) => `${process.execPath} ${await writeLauncher(name)}`;

  test('contains package managers and the shells that wait for them', async () => {
    const [npx, pnpm] = [await through('npx-cli.js'), await through('pnpm.cjs')];
    expect(await countLaunchers((probe) => `${npx} ${probe.split(' ')[1]}; true`)).toBe(2);
    expect(
      await countLaunchers((probe) => `true && ${npx} ${pnpm.split(' ')[1]} ${probe.split(' ')[1]}; true`),
    ).toBe(3);
  });

  test('leaves out a shell that runs it in the background', async () => {
    const npx = await through('npx-cli.js');
    expect(await countLaunchers((probe) => `${npx} ${probe.split(' ')[1]} & wait`)).toBe(1);
  });

  test('is empty for any other launcher, or a shell alone', async () => {
    const daemon = await through('supervisor.js');
    expect(await countLaunchers((probe) => `${daemon} ${probe.split(' ')[1]}; true`)).toBe(0);
    expect(await countLaunchers((probe) => `${probe}; true`)).toBe(0);
  });
});
