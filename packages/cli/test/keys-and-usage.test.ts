import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKey, grantCredits } from '@restage/core';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { createRunner } from './support/run-restage.ts';

const services = await openTransports({ work: false });
const { id: accountId, key } = await services.account();
const restage = createRunner({ RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url });
const { key: testKey } = await createKey(services.ctx, accountId, { name: 'proofs', mode: 'test' });
const withTestKey = { env: { RESTAGE_API_KEY: testKey } };

describe('restage keys', () => {
  test('create prints the key alone to standard output, and it works', async () => {
    const { exitCode, out, err } = await restage(['keys', 'create', 'ci']);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(/^rsk_[\w-]+\n$/);
    expect(err).toMatch(
      /^Created key_\w+ \(live, "ci"\)\. It does not expire\. The key is shown only this once\.\n$/,
    );
    expect(err).not.toContain(out.trim());
    const created = await restage(['account'], { env: { RESTAGE_API_KEY: out.trim() } });
    expect(created.exitCode).toBe(exitCodes.done);
  });

  test('create with --json prints what the API answers', async () => {
    const words = ['keys', 'create', 'staging', '--mode', 'test', '--expires', '2999-01-31', '--json'];
    const { out, err } = await restage(words);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      id: expect.stringMatching(/^key_/),
      name: 'staging',
      prefix: expect.stringMatching(/^rsk_test_/),
      mode: 'test',
      created_at: expect.any(String),
      last_used_at: null,
      expires_at: '2999-01-31T00:00:00.000Z',
      revoked_at: null,
      key: expect.stringMatching(/^rsk_test_[\w-]+$/),
    });
  });

  test('create takes how long the key is valid', async () => {
    const { out } = await restage(['keys', 'create', 'today', '--expires', '12h', '--json']);
    const hours = (Date.parse(JSON.parse(out).expires_at) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(12);
  });

  test('list shows prefixes and no key', async () => {
    const { out: made } = await restage(['keys', 'create', 'listed']);
    const { out } = await restage(['keys', 'list']);
    expect(out).toMatch(
      /^ID +NAME +MODE +PREFIX +CREATED +LAST USED +EXPIRES +REVOKED\nkey_\w+ +listed +live /,
    );
    expect(out).not.toContain(made.trim());
    const keys = JSON.parse((await restage(['keys', 'list', '--json'])).out);
    expect(keys[0]).toMatchObject({ name: 'listed', mode: 'live', revoked_at: null });
    expect(JSON.stringify(keys)).not.toContain(made.trim());
  });

  test('revoke shows when the key was revoked', async () => {
    const { id } = JSON.parse((await restage(['keys', 'create', 'old', '--json'])).out);
    const { exitCode, out } = await restage(['keys', 'revoke', id]);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(new RegExp(`^key +${id}\nname +old\n(.+\n)+revoked +\\d{4}-\\S+Z\n$`));
    expect(JSON.parse((await restage(['keys', 'revoke', id, '--json'])).out)).toMatchObject({
      id,
      revoked_at: expect.any(String),
    });
  });

  test('revoke of an unknown key says where to find its id', async () => {
    const { exitCode, out, err } = await restage(['keys', 'revoke', 'key_1']);
    expect([exitCode, out]).toEqual([exitCodes.rejected, '']);
    expect(err).toContain('To list the keys: restage keys list');
  });

  test.each([
    [['keys', 'create', 'ci']],
    [['keys', 'revoke', 'key_00000000000000000000000000']],
    [['webhooks', 'rotate']],
  ])('%j with a test key exits with 4 and says that a live key is needed', async (words) => {
    const { exitCode, out, err } = await restage(words, withTestKey);
    expect([exitCode, out]).toEqual([exitCodes.unauthorized, '']);
    expect(err).toContain('LIVE_KEY_REQUIRED');
    const json = await restage([...words, '--json'], withTestKey);
    expect(JSON.parse(json.err).error.code).toBe('LIVE_KEY_REQUIRED');
  });

  test('create and list print a name without its control characters', async () => {
    const created = await restage(['keys', 'create', 'red \u001b[31malert']);
    const { out } = await restage(['keys', 'list']);
    expect(created.err).toContain('"red  [31malert"');
    expect(out).toContain(' red  [31malert ');
    expect(created.err + out).not.toContain('\u001b');
  });

  test.each([[['keys', 'create', 'ci']], [['webhooks', 'rotate']]])(
    '%j is sent once, even if the server fails: a retry could do it twice',
    async (words) => {
      let requests = 0;
      const server = createServer((_, response) => {
        requests += 1;
        response.writeHead(503).end();
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void server.close());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { exitCode } = await restage([...words, '--base-url', url]);
      expect([exitCode, requests]).toEqual([exitCodes.unavailable, 1]);
    },
  );

  test('create with a name that is too long is refused by the server', async () => {
    const { exitCode, err } = await restage(['keys', 'create', 'a'.repeat(101)]);
    expect(exitCode).toBe(exitCodes.rejected);
    expect(err).toContain('restage: name must be text of 1 to 100 characters');
  });
});

describe('restage credits and usage', async () => {
  const account = await services.account({ credits: 50 });
  const own = { env: { RESTAGE_API_KEY: account.key } };
  for (let index = 0; index < 104; index += 1) {
    await grantCredits(services.ctx, account.id, { credits: 1, note: `invoice ${index}` });
  }
  await services.ctx.db.execute(`
    insert into usage_hours (account_id, hour, meter, completed, failed, cancelled, credits)
    select '${account.id}', hour::timestamptz, 'api_image_720p', 2, 1, 0, 2
    from unnest('{2026-01-31T00:00Z, 2026-01-31T01:00Z, 2026-02-01T23:00Z}'::text[]) as hour`);

  test('credits lists the newest entries of the ledger, and says that there are more', async () => {
    const { exitCode, out, err } = await restage(['credits', '--limit', '2'], own);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(
      /^ID +CREATED +KIND +CREDITS +JOB +METER +NOTE\n\S+ +\S+Z +grant +\+1 +– +– +invoice 103\n.* invoice 102\n$/,
    );
    expect(err).toBe('There are more. To list them: --limit <number> or --all\n');
  });

  test.each([
    [['credits'], 20],
    [['credits', '--limit', '101'], 101],
    [['credits', '--limit', '105'], 105],
    [['credits', '--all'], 105],
  ])('%j --json prints %i entries as the API has them, and nothing else', async (words, length) => {
    const { out, err } = await restage([...words, '--json'], own);
    expect(err).toBe('');
    const entries = JSON.parse(out);
    expect(entries).toHaveLength(length);
    expect(new Set(entries.map(({ id }: { id: string }) => id)).size).toBe(length);
    expect(entries[0]).toEqual({
      id: expect.any(String),
      kind: 'grant',
      credits: 1,
      generation_id: null,
      meter: null,
      note: 'invoice 103',
      created_at: expect.any(String),
    });
  });

  test('a list that is shown in full says nothing of more', async () => {
    expect((await restage(['credits', '--limit', '105'], own)).err).toBe('');
    expect((await restage(['credits', '--all'], own)).err).toBe('');
  });

  test('usage shows each bucket in which something was used, and the totals', async () => {
    const run = await restage(['usage', '--from', '2026-01-30', '--to', '2026-02-02'], own);
    expect(run.exitCode).toBe(exitCodes.done);
    const lines = run.out.trim().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['START', '2026-01-31', '2026-02-01', 'total']);
    expect(lines[1]?.split(/ +/)).toEqual(['2026-01-31', '4', '0', '0', '0', '4', '4', '2', '0']);
    expect(lines[3]?.split(/ +/)).toEqual(['total', '6', '0', '0', '0', '6', '6', '3', '0']);
    expect(lines[0]).toMatch(/ CREDITS .* api_image_720p +COMPLETED +FAILED +CANCELLED$/);
  });

  test.each([
    ['hour', ['2026-01-31 00:00', '2026-01-31 01:00']],
    ['month', ['2026-01']],
  ])('usage by %s names the buckets', async (by, starts) => {
    const range = ['--from', '2026-01-31', '--to', '2026-01-31T02:00:00Z'];
    const { out } = await restage(['usage', '--by', by, ...range], own);
    const lines = out.trim().split('\n').slice(1, -1);
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(starts);
  });

  test('usage adds up what jobs cost', async () => {
    const { key } = await services.account();
    const client = createRunner({ RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url });
    const words = ['run', fixturePath('cat.png'), '-p', 'snow', '--alpha-mode', 'fill', '--timeout', '0'];
    await client([...words, '--max-resolution', '720']);
    await client([...words, '--max-resolution', '1080']);
    const { out } = await client(['usage']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    const [header = []] = rows;
    const columns = ['CREDITS', 'api_image_720p', 'api_image_1080p', 'api_video_720p'];
    for (const row of rows.slice(-2)) {
      expect(columns.map((column) => row[header.indexOf(column)])).toEqual(['4', '1', '3', '0']);
    }
    const { buckets } = JSON.parse((await client(['usage', '--json'])).out);
    expect(buckets.at(-1)).toMatchObject({ credits: { api_image_720p: 1, api_image_1080p: 3 } });
    expect((await client(['credits'])).out).toMatch(/ charge +-3 +swx_\w+ +api_image_1080p +–\n/);
  });

  test('usage of a time that is none is refused with what is accepted', async () => {
    const { exitCode, err } = await restage(['usage', '--from', 'yesterday'], own);
    expect(exitCode).toBe(exitCodes.rejected);
    expect(err).toContain('from must be a date such as 2026-01-31');
  });
});
