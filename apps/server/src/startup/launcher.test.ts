import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { usePrograms, writeLauncher } from '../../test/support/programs.ts';

const folder = usePrograms();

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
