import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { testDatabase } from '@restage/db/testing';
import { describe, expect, test } from 'vitest';
import { run, up, usePrograms } from './testing/programs.ts';

const folder = usePrograms();

const balance = async (url: string, key: string) => {
  const answer = await fetch(`${url}/v1/account/billing`, { headers: { 'x-api-key': key } });
  return [answer.status, ((await answer.json()) as { prepaid_balance?: number }).prepaid_balance];
};

describe('a first start', () => {
  test('makes an account with credits, prints its key once, and is found again', async () => {
    const first = run(['serve'], { RESTAGE_FIRST_CREDITS: '250' });
    const { url, key } = await up(first);
    expect(key).toMatch(/^rsk_[\w-]{43}$/);
    expect(await balance(url, key)).toEqual([200, 2.5]);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ok',
      checks: { database: true, queue: true, blobs: true },
    });
    first.child.kill('SIGINT');
    expect(await first.exit).toBe(0);

    const second = run(['serve']);
    const again = await up(second);
    expect(again.key).toBe('');
    expect(second.out()).not.toContain('rsk_');
    expect(await balance(again.url, key)).toEqual([200, 2.5]);
  });

  test('says nothing of a key in its log', async () => {
    const program = run(['serve'], { LOG_LEVEL: 'trace' });
    const { url, key } = await up(program);
    await balance(url, key);
    await fetch(`${url}/trpc/account.info`, { headers: { authorization: `Bearer ${key}` } });
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.log()).toContain('"path":"/v1/account/billing"');
    expect(program.log()).not.toContain(key.slice(4));
  });
});

describe('after a crash', () => {
  test('the next start takes up everything', async () => {
    const first = run(['serve']);
    const { url, key } = await up(first);
    const upload = await fetch(`${url}/v1/uploads`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: '{"filename":"a.png"}',
    });
    expect(upload.status).toBe(200);
    first.child.kill('SIGKILL');
    await first.exit;
    const again = await up(run(['serve']));
    expect(await balance(again.url, key)).toEqual([200, 10]);
  });
});

/** Runs a start that must fail: with exit code 1, and one line that says why. */
async function refused(env: Record<string, string>): Promise<string> {
  const program = run(['serve'], env);
  expect(await program.exit).toBe(1);
  const lines = program
    .log()
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('a start that can’t be is one line', () => {
  test('on a data directory that another server uses', async () => {
    await up(run(['serve']));
    expect(await refused({})).toMatch(/Another Restage server is using /);
  });

  test('on a port that is in use', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', () => resolve()));
    const address = blocker.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    expect(await refused({ PORT: port })).toBe(
      `Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set PORT.`,
    );
    await new Promise((resolve) => blocker.close(resolve));
    // Nothing is left behind that would keep the next start from serving.
    await up(run(['serve']));
  });

  test('on a data directory that can’t be written to', async () => {
    await writeFile(join(folder(), 'data'), 'a file');
    expect(await refused({})).toMatch(
      /^The data directory .* can't be written to \(\w+\)\. Set RESTAGE_DATA_DIR\.$/,
    );
  });

  test('on a database that nothing answers for, without its password', async () => {
    const line = await refused({ DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/none' });
    expect(line).toMatch(/127\.0\.0\.1.*refused/);
    expect(line).not.toContain('hunter2');
  });

  test('on a matte model that isn’t there, or is none', async () => {
    const path = join(folder(), 'matte.onnx');
    const words = `RESTAGE_MATTE_MODEL names ${path}, which can't be used: it can't be `;
    expect(await refused({ RESTAGE_MATTE_MODEL: path })).toContain(`${words}read: ENOENT`);
    await writeFile(path, 'not a network');
    expect(await refused({ RESTAGE_MATTE_MODEL: path })).toContain(`${words}opened as an ONNX network: `);
  });

  test('on a setting that can’t be', async () => {
    expect(await refused({ PORT: 'many' })).toBe('PORT must be a whole number from 0 to 65535.');
  });
});

test('a database of one’s own is used instead of the embedded one', async () => {
  const database = await testDatabase();
  await mkdir(join(folder(), 'data'));
  const { url, key } = await up(run(['serve'], { DATABASE_URL: database.url }));
  expect(await balance(url, key)).toEqual([200, 10]);
  const [row] = await database.sql`select email from accounts`;
  expect(row).toEqual({ email: 'owner@localhost' });
});

test('help lists the commands and the settings', async () => {
  const settings = run(['help', 'settings']);
  expect(await settings.exit).toBe(0);
  expect(settings.out()).toMatch(/^DATABASE_URL .*\[the embedded PostgreSQL\]$/m);
  expect(settings.out()).toMatch(/^RESTAGE_WORKERS .*\[1\]$/m);
  const unknown = run(['dance']);
  expect(await unknown.exit).toBe(2);
  expect(unknown.log()).toContain('There is no command "dance".');
});
