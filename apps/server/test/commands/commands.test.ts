import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEmbedded } from '@restage/db/embedded';
import { testDatabase } from '@restage/db/testing';
import { makePng } from '@restage/media/testing';
import { openDiskStore, openS3Store } from '@restage/storage';
import { openTestBucket } from '@restage/storage/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

const { url: databaseUrl, sql } = await testDatabase();

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-commands-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (args: readonly string[], env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [inject('restageServer'), ...args], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', RESTAGE_DATA_DIR: join(directory, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs the real program to its end. */
async function run(args: readonly string[], env: Record<string, string> = { DATABASE_URL: databaseUrl }) {
  const child = start(args, env);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exit, out, err };
}

/** Runs a command with `--json`, and reads the one document that it prints. */
async function json(args: readonly string[], env?: Record<string, string>) {
  const ran = await run([...args, '--json'], env);
  expect(ran.err).toBe('');
  return { exit: ran.exit, ...(JSON.parse(ran.out) as Record<string, unknown>) };
}

describe('storage copy', () => {
  test('moves the blobs of the data directory to the bucket, and may be repeated', async () => {
    const bucket = await openTestBucket();
    const data = join(directory, 'copied');
    const disk = await openDiskStore(join(data, 'blobs'));
    async function* bytes() {
      yield Buffer.from('pixels');
    }
    await disk.write('outputs/swx_1/1/render.png', bytes(), { maxBytes: 10 });
    const env = {
      DATABASE_URL: databaseUrl,
      RESTAGE_DATA_DIR: data,
      RESTAGE_S3_BUCKET: bucket.options.bucket,
      RESTAGE_S3_PREFIX: bucket.options.prefix,
      RESTAGE_S3_ENDPOINT: bucket.options.endpoint ?? '',
      RESTAGE_S3_PATH_STYLE: '1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    };
    const counts = { bytes: 6, copied: 1, unchanged: 0, failed: 0 };
    expect(await json(['storage', 'copy'], env)).toEqual({ exit: 0, ...counts });
    const again = { bytes: 0, copied: 0, unchanged: 1, failed: 0 };
    expect(await json(['storage', 'copy', '--new-only'], env)).toEqual({ exit: 0, ...again });
    const store = await openS3Store(bucket.options);
    expect(await new Response(await store.read('outputs/swx_1/1/render.png')).text()).toBe('pixels');
    await bucket.close();
  });

  test('without a bucket or a data directory is a usage error', async () => {
    expect(await run(['storage', 'copy'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('RESTAGE_S3_BUCKET must name the bucket to copy to'),
    });
    const env = {
      DATABASE_URL: databaseUrl,
      RESTAGE_DATA_DIR: join(directory, 'none'),
      RESTAGE_S3_BUCKET: 'bucket',
    };
    expect(await run(['storage', 'copy'], env)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('there is no '),
    });
  });
});

describe('on a database of one’s own', () => {
  let account = '';
  beforeAll(async () => {
    const created = await json(['accounts', 'create', 'someone@example.com', '--credits', '10']);
    expect(created).toMatchObject({ exit: 0, email: 'someone@example.com', balance: 10, keys: 0, jobs: 0 });
    account = String(Reflect.get(created, 'id'));
  });

  test('accounts are listed, shown and limited', async () => {
    expect(await json(['accounts', 'list'])).toMatchObject({
      exit: 0,
      accounts: [{ id: account }],
      next: null,
    });
    expect(await json(['accounts', 'list', '--limit', '1'])).toMatchObject({ next: account });
    const limits = ['--write-rpm', '7', '--spending-limit', '500'];
    expect(await json(['accounts', 'limit', account, ...limits])).toMatchObject({
      write_rpm: 7,
      read_rpm: null,
      spending_limit: 500,
    });
    const back = ['accounts', 'limit', account, '--write-rpm', 'default', '--spending-limit', 'none'];
    expect(await json(back)).toMatchObject({ write_rpm: null, spending_limit: null });
    expect(await run(['accounts', 'show', account])).toMatchObject({
      exit: 0,
      err: '',
      out: expect.stringMatching(/^email +someone@example\.com$/m),
    });
  });

  test('credits are granted, and kept in the ledger', async () => {
    const note = ['--note', 'for the \u001b[31m film'];
    expect(await json(['credits', 'grant', account, '5', ...note])).toMatchObject({
      credits: 5,
      balance: 15,
    });
    const { entries } = (await json(['credits', 'history', account])) as unknown as { entries: object[] };
    expect(entries).toMatchObject([
      { kind: 'grant', credits: 5, note: 'for the \u001b[31m film' },
      { kind: 'grant', credits: 10, note: 'first credits' },
    ]);
    const { out } = await run(['credits', 'history', account]);
    expect(out).toMatch(/^ID +CREATED_AT +KIND +CREDITS +GENERATION_ID +NOTE$/m);
    // What users write draws nothing on the operator's terminal.
    expect(out).toMatch(/grant +5 +– +for the {2}\[31m film$/m);
  });

  test('credits are taken back by a negative grant, though never more than there are', async () => {
    const created = await json(['accounts', 'create', 'less@example.com', '--credits', '10']);
    const id = String(Reflect.get(created, 'id'));
    expect(await json(['credits', 'grant', id, '-4', '--note', '-4 too many'])).toMatchObject({
      credits: -4,
      balance: 6,
    });
    const refused = await run(['credits', 'grant', id, '-7']);
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain("The account has 6 credits: 7 can't be taken from it.");
    const { entries } = (await json(['credits', 'history', id])) as unknown as { entries: object[] };
    expect(entries).toMatchObject([
      { kind: 'grant', credits: -4, note: '-4 too many' },
      { kind: 'grant', credits: 10 },
    ]);
    expect(await json(['reconcile'])).toMatchObject({ exit: 0, findings: [] });
  });

  test('keys are made, listed without the key, and revoked', async () => {
    const made = await run(['keys', 'create', account, '--name', 'ci', '--mode', 'test', '--expires', '30d']);
    const key = /rsk_test_[\w-]{43}/.exec(made.out)?.[0] ?? '';
    expect(made.out).toContain('This key is shown only once.');
    const listed = await run(['keys', 'list', '--account', account]);
    expect(listed.out).toMatch(/^key_\w+ +rsk_test_[\w-]{4} +ci +test +\S+ +– +\S+ +–$/m);
    expect(listed.out).not.toContain(key);
    const id = /key_\w+/.exec(listed.out)?.[0] ?? '';
    expect(await json(['keys', 'revoke', id])).toMatchObject({
      exit: 0,
      id,
      revoked_at: expect.stringMatching(/Z$/),
    });
  });

  test('jobs are none yet, and nothing is off', async () => {
    expect(await run(['jobs', 'list', '--status', 'failed'])).toEqual({
      exit: 0,
      out: 'No matching jobs.\n',
      err: '',
    });
    expect(await run(['reconcile'])).toEqual({ exit: 0, out: 'No inconsistencies.\n', err: '' });
  });

  test('reconcile says what is off, and exits with 1', async () => {
    await sql`update accounts set balance = balance + 1 where id = ${account}`;
    expect(await json(['reconcile'])).toEqual({
      exit: 1,
      findings: [
        {
          check: 'balance',
          account_id: account,
          generation_id: null,
          message: 'the balance is 16, and the entries sum to 15',
        },
      ],
    });
    await sql`update accounts set balance = balance - 1 where id = ${account}`;
  });

  test('what can’t be done is one line, or the envelope, with exit code 1', async () => {
    const none = `acc_${'0'.repeat(26)}`;
    expect(await run(['accounts', 'show', none])).toEqual({
      exit: 1,
      out: '',
      err: `There is no account ${none}.\n`,
    });
    expect(await json(['jobs', 'show', `swx_${'0'.repeat(26)}`])).toMatchObject({
      exit: 1,
      error: { code: 'JOB_NOT_FOUND' },
    });
  });
});

test('the embedded database is started for a command, and shared with a server that runs', async () => {
  const created = await json(['accounts', 'create', 'alone@example.com'], {});
  expect(created).toMatchObject({ exit: 0, email: 'alone@example.com' });
  const account = String(Reflect.get(created, 'id'));
  expect(await findEmbedded(join(directory, 'data', 'postgres'))).toBeUndefined();

  const server = start(['serve'], {});
  let out = '';
  server.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  try {
    while (!/serves on (\S+)/.test(out)) await sleep(20);
    const url = /serves on (\S+)/.exec(out)?.[1] ?? '';
    const made = await json(['keys', 'create', account], {});
    const status = async () => {
      const headers = { 'x-api-key': String(Reflect.get(made, 'key')) };
      return (await fetch(`${url}/v1/account/info`, { headers })).status;
    };
    expect(await status()).toBe(200);
    await json(['credits', 'grant', account, '10'], {});
    const started = await fetch(`${url}/v1/switchx/generations`, {
      method: 'POST',
      headers: { 'x-api-key': String(Reflect.get(made, 'key')) },
      body: JSON.stringify({
        generation_type: 'image',
        alpha_mode: 'fill',
        prompt: 'a beach',
        source_uri: `data:image/png;base64,${makePng(64, 64).toString('base64')}`,
      }),
    });
    const { id: job } = (await started.json()) as { id: string };
    expect(await json(['jobs', 'show', job], {})).toMatchObject({
      id: job,
      account_id: account,
      cost: 3,
      entries: [{ kind: 'charge', credits: -3 }],
      tasks: [{ queue: 'render' }],
    });
    const shown = await run(['jobs', 'show', job], {});
    expect(shown.out).toMatch(/^entries\n {2}ID +KIND +CREDITS +CREATED_AT\n {2}\d+ +charge +-3 /m);
    expect(await json(['jobs', 'list', '--account', account], {})).toMatchObject({ jobs: [{ id: job }] });
    expect(await json(['reconcile'], {})).toEqual({ exit: 0, findings: [] });
    await json(['keys', 'revoke', String(Reflect.get(made, 'id'))], {});
    const revoked = performance.now();
    while ((await status()) === 200) await sleep(50);
    expect(performance.now() - revoked).toBeLessThan(5000);
    expect(await json(['accounts', 'list'], {})).toMatchObject({ accounts: [{ id: account }] });
  } finally {
    const ended = new Promise((resolve) => server.on('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
});
