import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { run, up, usePrograms } from './testing/programs.ts';

const folder = usePrograms();

/** Writes a program of a name that runs node with its arguments, and waits for it. */
async function writeLauncher(name: string): Promise<string> {
  const path = join(folder(), name);
  const script = `require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });`;
  await writeFile(path, script);
  return path;
}

const hasEnded = async (url: string) => {
  const answered = await fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
  return !answered && !existsSync(join(folder(), 'data/postgres/cluster/data/postmaster.pid'));
};

describe('a server and its PostgreSQL end', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'once %s has ended the package manager they were started through',
    async (signal) => {
      const program = run(['serve'], {}, await writeLauncher('npx.js'));
      const { url } = await up(program);
      program.child.kill(signal);
      await program.exit;
      await expect.poll(() => hasEnded(url), { timeout: 30_000, interval: 100 }).toBe(true);
      expect(program.log()).toContain('"reason":"launcher_ended","msg":"stopping"');
    },
  );

  test('when Ctrl-C is pressed twice', async () => {
    const program = run(['serve']);
    const { url } = await up(program);
    program.child.kill('SIGINT');
    program.child.kill('SIGINT');
    await program.exit;
    await expect.poll(() => hasEnded(url), { timeout: 30_000, interval: 100 }).toBe(true);
  });

  test('when the server is killed', async () => {
    const program = run(['serve']);
    const { url } = await up(program);
    program.child.kill('SIGKILL');
    await program.exit;
    await expect.poll(() => hasEnded(url), { timeout: 30_000, interval: 100 }).toBe(true);
  });
});

describe('what a process was started through counts', () => {
  /** How many of the processes that led to one count, itself excluded. */
  async function count(command: (node: string) => string): Promise<number> {
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

  test('where it is a package manager, and the shells that wait for it', async () => {
    const [npx, pnpm] = [await through('npx-cli.js'), await through('pnpm.cjs')];
    expect(await count((probe) => `${npx} ${probe.split(' ')[1]}; true`)).toBe(2);
    expect(await count((probe) => `true && ${npx} ${pnpm.split(' ')[1]} ${probe.split(' ')[1]}; true`)).toBe(
      3,
    );
  });

  test('but not a shell that puts it into the background', async () => {
    const npx = await through('npx-cli.js');
    expect(await count((probe) => `${npx} ${probe.split(' ')[1]} & wait`)).toBe(1);
  });

  test('and nothing does where that is something else, or a shell alone', async () => {
    const daemon = await through('supervisor.js');
    expect(await count((probe) => `${daemon} ${probe.split(' ')[1]}; true`)).toBe(0);
    expect(await count((probe) => `${probe}; true`)).toBe(0);
  });
});
