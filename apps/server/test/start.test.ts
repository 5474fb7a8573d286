import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { testDatabase } from '@restage/db/testing';
import { describe, expect, test } from 'vitest';
import { runServer, usePrograms, waitUntilServing } from './support/programs.ts';

const folder = usePrograms();

const balance = async (url: string, key: string) => {
  const answer = await fetch(`${url}/v1/account/billing`, { headers: { 'x-api-key': key } });
  return [answer.status, ((await answer.json()) as { prepaid_balance?: number }).prepaid_balance];
};

describe('the first start', () => {
  test('creates an account with credits and prints its key, and the next start doesn’t', async () => {
    const first = runServer(['serve'], { RESTAGE_FIRST_CREDITS: '250' });
    const { url, key } = await waitUntilServing(first);
    expect(key).toMatch(/^rsk_[\w-]{43}$/);
    expect(await balance(url, key)).toEqual([200, 2.5]);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ok',
      checks: { database: true, queue: true, blobs: true },
    });
    first.child.kill('SIGINT');
    expect(await first.exit).toBe(0);

    const second = runServer(['serve']);
    const again = await waitUntilServing(second);
    expect(again.key).toBe('');
    expect(second.out()).not.toContain('rsk_');
    expect(await balance(again.url, key)).toEqual([200, 2.5]);
  });

  test('logs requests without their keys', async () => {
    const program = runServer(['serve'], { LOG_LEVEL: 'trace' });
    const { url, key } = await waitUntilServing(program);
    await balance(url, key);
    await fetch(`${url}/trpc/account.info`, { headers: { authorization: `Bearer ${key}` } });
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.log()).toContain('"path":"/v1/account/billing"');
    expect(program.log()).not.toContain(key.slice(4));
  });
});

describe('after SIGKILL', () => {
  test('the next start has everything that was there', async () => {
    const first = runServer(['serve']);
    const { url, key } = await waitUntilServing(first);
    const upload = await fetch(`${url}/v1/uploads`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: '{"filename":"a.png"}',
    });
    expect(upload.status).toBe(200);
    first.child.kill('SIGKILL');
    await first.exit;
    const again = await waitUntilServing(runServer(['serve']));
    expect(await balance(again.url, key)).toEqual([200, 10]);
  });
});

/** Runs a start that must fail with exit code 1. @returns the one line that says why */
async function getStartupFault(env: Record<string, string>): Promise<string> {
  const program = runServer(['serve'], env);
  expect(await program.exit).toBe(1);
  const lines = program
    .log()
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('the server refuses to start, with exit code 1 and one line', () => {
  test('if it shares a bucket with other processes and has no RESTAGE_SECRET', async () => {
    const { url } = await testDatabase();
    const program = runServer(['serve', '--role', 'api'], { DATABASE_URL: url, RESTAGE_S3_BUCKET: 'bucket' });
    expect(await program.exit).toBe(1);
    expect(program.log()).toContain('Set RESTAGE_SECRET to the same text for all of them.');
  });

  test('if another server uses the data directory', async () => {
    await waitUntilServing(runServer(['serve']));
    expect(await getStartupFault({})).toMatch(/Another Restage server is using /);
  });

  test('if the port is in use, and the next start still prints the first key', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', () => resolve()));
    const address = blocker.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    expect(await getStartupFault({ PORT: port })).toBe(
      `Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set PORT.`,
    );
    await new Promise((resolve) => blocker.close(resolve));
    expect((await waitUntilServing(runServer(['serve']))).key).toMatch(/^rsk_/);
  });

  test('if the data directory can’t be written to', async () => {
    await writeFile(join(folder(), 'data'), 'a file');
    expect(await getStartupFault({})).toMatch(
      /^The data directory .* can't be written to \(\w+\)\. Set RESTAGE_DATA_DIR\.$/,
    );
  });

  test('if the database does not respond, without its password in that line', async () => {
    const line = await getStartupFault({ DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/none' });
    expect(line).toMatch(/127\.0\.0\.1.*refused/);
    expect(line).not.toContain('hunter2');
  });

  test('if the matte model is missing or not a network', async () => {
    const path = join(folder(), 'matte.onnx');
    const words = `RESTAGE_MATTE_MODEL names ${path}, which can't be used: it can't be `;
    expect(await getStartupFault({ RESTAGE_MATTE_MODEL: path })).toContain(`${words}read: ENOENT`);
    await writeFile(path, 'not a network');
    expect(await getStartupFault({ RESTAGE_MATTE_MODEL: path })).toContain(
      `${words}opened as an ONNX network: `,
    );
  });

  test('if a setting is invalid', async () => {
    expect(await getStartupFault({ PORT: 'many' })).toBe('PORT must be a whole number from 0 to 65535.');
  });
});

test('a server with DATABASE_URL uses that database', async () => {
  const database = await testDatabase();
  await mkdir(join(folder(), 'data'));
  const { url, key } = await waitUntilServing(runServer(['serve'], { DATABASE_URL: database.url }));
  expect(await balance(url, key)).toEqual([200, 10]);
  const [row] = await database.sql`select email from accounts`;
  expect(row).toEqual({ email: 'owner@localhost' });
});

test('`help settings` lists the settings, and an unknown command fails with exit code 2', async () => {
  const settings = runServer(['help', 'settings']);
  expect(await settings.exit).toBe(0);
  expect(settings.out()).toMatch(/^DATABASE_URL .*\[the embedded PostgreSQL\]$/m);
  expect(settings.out()).toMatch(/^RESTAGE_WORKERS .*\[1\]$/m);
});
