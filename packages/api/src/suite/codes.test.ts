import { newId, type ProcedureName } from '@restage/contract';
import { createKey, hashKey } from '@restage/core';
import { accounts, apiKeys, generations } from '@restage/db';
import { readFixture } from '@restage/fixtures';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng, put, reserve } from './footage.ts';

const world = await openDoors({ work: false });
const { ctx, doors } = world;
const [caller] = doors;
if (!caller) throw new Error('no doors');

const owner = await world.account();
const stranger = await world.account();
const image = await put(caller, owner.key, 'cat.png', await readFixture('cat.png'));
const video = await put(caller, owner.key, 'rocket.mp4', await readFixture('two-tracks.mp4'));
const long = await put(caller, owner.key, 'bird.mp4', await readFixture('bird.mp4'));
const foreign = await put(caller, stranger.key, 'cat.png', await readFixture('cat.png'));
const large = await put(caller, owner.key, 'large.png', blackPng(2000, 1400));
const empty = (await reserve(caller, owner.key, 'empty.png')).beeble_uri;

const good = { generation_type: 'image', alpha_mode: 'fill', source_uri: image, prompt: 'a beach' };

type Row = readonly [code: string, param: string | undefined, name: ProcedureName, sent: unknown];
const start = (code: string, param: string | undefined, broken: object): Row => [
  code,
  param,
  'generations.start',
  { ...good, ...broken },
];

const rows: readonly Row[] = [
  start('INVALID_GENERATION_TYPE', 'generation_type', { generation_type: undefined }),
  start('INVALID_GENERATION_TYPE', 'generation_type', { generation_type: 'audio' }),
  start('INVALID_ALPHA_MODE', 'alpha_mode', { alpha_mode: undefined }),
  start('INVALID_ALPHA_MODE', 'alpha_mode', { alpha_mode: ['auto'] }),
  start('INVALID_MAX_RESOLUTION', 'max_resolution', { max_resolution: 4320 }),
  start('MISSING_STYLE_INPUT', 'prompt', { prompt: undefined }),
  start('MISSING_STYLE_INPUT', 'prompt', { prompt: '\t ', reference_image_uri: '' }),
  start('MISSING_SOURCE', 'source_uri', { source_uri: undefined }),
  start('MISSING_SOURCE', 'source_uri', { source_uri: ' ' }),
  start('MISSING_ALPHA', 'alpha_uri', { alpha_mode: 'custom' }),
  start('ALPHA_TYPE_MISMATCH', 'alpha_uri', { alpha_mode: 'custom', alpha_uri: video }),
  start('INVALID_URI', 'source_uri', { source_uri: 'ftp://example.com/a.png' }),
  start('INVALID_URI', 'source_uri', { source_uri: 'cat.png' }),
  start('INVALID_URI', 'source_uri', { source_uri: 'data:image/png,plain' }),
  start('INVALID_URI', 'reference_image_uri', { reference_image_uri: 'file:///etc/passwd' }),
  start('INVALID_URI', 'alpha_uri', { alpha_mode: 'custom', alpha_uri: 'beeble://uploads/' }),
  start('SOURCE_UNREACHABLE', 'source_uri', { source_uri: empty }),
  start('SOURCE_UNREACHABLE', 'source_uri', { source_uri: foreign }),
  start('SOURCE_UNREACHABLE', 'source_uri', { source_uri: image.replace('cat', 'dog') }),
  start('SOURCE_UNREACHABLE', 'source_uri', { source_uri: 'https://127.0.0.1/a.png' }),
  start('SOURCE_UNREACHABLE', 'reference_image_uri', { reference_image_uri: foreign }),
  start('SOURCE_UNREACHABLE', 'alpha_uri', { alpha_mode: 'custom', alpha_uri: empty }),
  start('INVALID_CALLBACK_URL', 'callback_url', { callback_url: 'http://example.com/hook' }),
  start('INVALID_CALLBACK_URL', 'callback_url', { callback_url: 'https://localhost/hook' }),
  start('INVALID_FILE_FORMAT', 'source_uri', { generation_type: 'video' }),
  start('INVALID_FILE_FORMAT', 'reference_image_uri', { reference_image_uri: video }),
  start('SOURCE_TOO_LARGE', 'source_uri', { source_uri: large }),
  start('VIDEO_TOO_MANY_FRAMES', 'source_uri', { generation_type: 'video', source_uri: long }),
  start('MAX_COST_EXCEEDED', 'max_cost', { max_cost: 2 }),
  start('INVALID_REQUEST', 'prompt', { prompt: 'x'.repeat(2001) }),
  start('INVALID_REQUEST', 'seed', { seed: -1 }),
  start('INVALID_REQUEST', 'idempotency_key', { idempotency_key: 'k'.repeat(257) }),
  ['INVALID_REQUEST', undefined, 'generations.start', [good]],
  ['INVALID_FILENAME', 'filename', 'uploads.create', { filename: 'archive.zip' }],
  ['INVALID_FILENAME', 'filename', 'uploads.create', { filename: '../../etc/passwd.png' }],
  ['INVALID_FILENAME', 'filename', 'uploads.create', {}],
  ['JOB_NOT_FOUND', 'id', 'generations.get', { id: 'nonsense' }],
  ['JOB_NOT_FOUND', 'id', 'generations.get', { id: newId('generation', Date.now(), ctx.random) }],
  ['INVALID_REQUEST', 'limit', 'generations.list', { limit: 101 }],
  ['INVALID_REQUEST', 'page_token', 'generations.list', { page_token: 'nonsense' }],
];

describe.each(doors)('through the $name', (door) => {
  test.each(rows)('%s for %s of %s', async (code, param, name, sent) => {
    expect(await door.call(name, sent, owner.key)).toMatchObject({ ok: false, code, param });
  });

  test('INVALID_API_KEY for every key that is none', async () => {
    const revoked = await createKey(ctx, owner.id, { name: 'revoked', mode: 'live' });
    const expired = await createKey(ctx, owner.id, { name: 'expired', mode: 'live' });
    const past = new Date(0);
    await ctx.db
      .update(apiKeys)
      .set({ revokedAt: past })
      .where(eq(apiKeys.hash, hashKey(revoked.key)));
    await ctx.db
      .update(apiKeys)
      .set({ expiresAt: past })
      .where(eq(apiKeys.hash, hashKey(expired.key)));
    const keys = ['', 'nonsense', `rsk_${'x'.repeat(43)}`, revoked.key, expired.key, `${owner.key}x`];
    for (const key of keys) {
      expect(await door.call('account.info', undefined, key)).toMatchObject({ code: 'INVALID_API_KEY' });
      expect(await door.call('generations.start', {}, key)).toMatchObject({ code: 'INVALID_API_KEY' });
    }
  });

  test('JOB_NOT_FOUND, to the letter the same for a job that is not there and one that is another’s', async () => {
    const started = await door.call('generations.start', good, owner.key);
    if (!started.ok) throw new Error(started.code);
    const absent = newId('generation', Date.now(), ctx.random);
    const theirs = await door.call('generations.get', { id: started.output.id }, stranger.key);
    expect(theirs).toMatchObject({ ok: false, code: 'JOB_NOT_FOUND' });
    expect(theirs).toEqual(await door.call('generations.get', { id: absent }, stranger.key));
  });

  test('INSUFFICIENT_CREDITS and HARD_LIMIT_EXCEEDED, and nothing is charged', async () => {
    const poor = await world.account({ credits: 2 });
    const source_uri = await put(door, poor.key, 'cat.png', await readFixture('cat.png'));
    const refused = await door.call('generations.start', { ...good, source_uri }, poor.key);
    expect(refused).toMatchObject({ code: 'INSUFFICIENT_CREDITS' });
    await ctx.db.update(accounts).set({ spendingLimit: 0 }).where(eq(accounts.id, poor.id));
    const limited = { ...good, source_uri, max_resolution: 720 };
    expect(await door.call('generations.start', limited, poor.key)).toMatchObject({
      code: 'HARD_LIMIT_EXCEEDED',
      message: expect.stringMatching(/\$0\.00.*\$0\.01.*\$0\.00/),
    });
    const [after] = await ctx.db.select().from(accounts).where(eq(accounts.id, poor.id));
    expect(after).toMatchObject({ balance: 2, inFlight: 0, periodUsage: 0 });
    expect(await ctx.db.select().from(generations).where(eq(generations.accountId, poor.id))).toEqual([]);
  });

  test('CONCURRENT_LIMIT_EXCEEDED while as many jobs are in flight as may be', async () => {
    const busy = await world.account();
    await ctx.db.update(accounts).set({ concurrency: 1 }).where(eq(accounts.id, busy.id));
    const source_uri = await put(door, busy.key, 'cat.png', await readFixture('cat.png'));
    world.ctx.keyCache.clear();
    expect(await door.call('generations.start', { ...good, source_uri }, busy.key)).toMatchObject({
      ok: true,
    });
    const second = await door.call('generations.start', { ...good, source_uri }, busy.key);
    expect(second).toMatchObject({ code: 'CONCURRENT_LIMIT_EXCEEDED' });
  });

  test('RATE_LIMIT_EXCEEDED for writes and for reads, apart', async () => {
    const hasty = await world.account();
    await ctx.db.update(accounts).set({ writeRpm: 2, readRpm: 3 }).where(eq(accounts.id, hasty.id));
    world.ctx.keyCache.clear();
    const write = () => door.call('uploads.create', { filename: 'a.png' }, hasty.key);
    const read = () => door.call('account.billing', undefined, hasty.key);
    expect([await write(), await write()]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await write()).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect([await read(), await read(), await read()]).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    expect(await read()).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    // A minute later all is forgotten: the moments are moved, since the clock of writes is the database's.
    await ctx.db.execute(
      sql`update rate_windows set moments = array(select m - 60000 from unnest(moments) m)`,
    );
    expect(await write()).toMatchObject({ ok: true });
  });

  test('a quote says what a start costs, makes its checks and writes nothing', async () => {
    const before = await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id));
    const quoted = await door.call('generations.quote', { ...good, max_resolution: 720 }, owner.key);
    expect(quoted).toEqual({
      ok: true,
      output: {
        cost: 1,
        balance: before[0]?.balance,
        generation_type: 'image',
        frames: 1,
        width: 451,
        height: 300,
        output: { width: 451, height: 300 },
      },
    });
    expect(await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id))).toEqual(before);
    for (const [code, , name, sent] of rows) {
      if (name !== 'generations.start') continue;
      expect(await door.call('generations.quote', sent, owner.key)).toMatchObject({ ok: false, code });
    }
  });

  test('IDEMPOTENCY_KEY_REUSED names the fields that differ', async () => {
    const sent = { ...good, idempotency_key: `reuse-${door.name}` };
    expect(await door.call('generations.start', sent, owner.key)).toMatchObject({ ok: true });
    const other = { ...sent, seed: 7, prompt: 'a forest' };
    expect(await door.call('generations.start', other, owner.key)).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      message: expect.stringContaining('prompt, seed'),
    });
  });
});
