import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runServer, usePrograms, waitUntilServing, writeLauncher } from './support/programs.ts';

const folder = usePrograms();

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
