import { newId, type ProcedureName } from '@restage/contract';
import { createKey, hashKey } from '@restage/core';
import { accounts, apiKeys, generations } from '@restage/db';
import { readFixture } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { blackPng, createUpload, upload } from '../support/uploads.ts';

const server = await openTransports({ work: false });
const { ctx, transports } = server;
const [caller] = transports;

const owner = await server.account();
const stranger = await server.account();
const image = await upload(caller, owner.key, 'cat.png', await readFixture('cat.png'));
const video = await upload(caller, owner.key, 'rocket.mp4', await readFixture('two-tracks.mp4'));
const long = await upload(caller, owner.key, 'bird.mp4', await readFixture('bird.mp4'));
const shot = await upload(caller, owner.key, 'wide.mp4', await readFixture('wide.mp4'));
const foreign = await upload(caller, stranger.key, 'cat.png', await readFixture('cat.png'));
const large = await upload(caller, owner.key, 'large.png', blackPng(2000, 1400));
const empty = (await createUpload(caller, owner.key, 'empty.png')).beeble_uri;

const validInput = { generation_type: 'image', alpha_mode: 'fill', source_uri: image, prompt: 'a beach' };

/** A matte of one frame of a video. */
const select = { generation_type: 'video', alpha_mode: 'select', source_uri: shot, alpha_uri: image };

type Row = readonly [code: string, param: string | undefined, name: ProcedureName, input: unknown];
const start = (code: string, param: string | undefined, fields: object): Row => [
  code,
  param,
  'generations.start',
  { ...validInput, ...fields },
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
  start('MISSING_ALPHA', 'alpha_uri', { alpha_mode: 'select', alpha_uri: ' ' }),
  start('ALPHA_TYPE_MISMATCH', 'alpha_uri', { ...select, alpha_uri: video }),
  start('ALPHA_TYPE_MISMATCH', 'alpha_uri', { alpha_mode: 'select', alpha_uri: video }),
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
  start('INVALID_REQUEST', 'alpha_keyframe_index', { ...select, alpha_keyframe_index: -1 }),
  start('INVALID_REQUEST', 'alpha_keyframe_index', { ...select, alpha_keyframe_index: 1.5 }),
  start('INVALID_REQUEST', 'alpha_keyframe_index', { ...select, alpha_keyframe_index: '0' }),
  start('INVALID_REQUEST', 'alpha_keyframe_index', { ...select, alpha_keyframe_index: 240 }),
  start('INVALID_REQUEST', 'alpha_keyframe_index', {
    alpha_mode: 'select',
    alpha_uri: image,
    alpha_keyframe_index: 1,
  }),
  start('INVALID_REQUEST', 'idempotency_key', { idempotency_key: 'k'.repeat(257) }),
  ['INVALID_REQUEST', undefined, 'generations.start', [validInput]],
  ['INVALID_FILENAME', 'filename', 'uploads.create', { filename: 'archive.zip' }],
  ['INVALID_FILENAME', 'filename', 'uploads.create', { filename: '../../etc/passwd.png' }],
  ['INVALID_FILENAME', 'filename', 'uploads.create', {}],
  ['JOB_NOT_FOUND', 'id', 'generations.get', { id: 'nonsense' }],
  ['JOB_NOT_FOUND', 'id', 'generations.get', { id: newId('generation', Date.now(), ctx.random) }],
  ['INVALID_REQUEST', 'limit', 'generations.list', { limit: 101 }],
  ['INVALID_REQUEST', 'page_token', 'generations.list', { page_token: 'nonsense' }],
];

describe.each(transports)('through the $name', (transport) => {
  test.each(rows)('an invalid call fails with %s for %s of %s', async (code, param, name, input) => {
    expect(await transport.call(name, input, owner.key)).toMatchObject({ ok: false, code, param });
  });

  test('a call with an unknown, malformed, revoked or expired key fails with INVALID_API_KEY', async () => {
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
      expect(await transport.call('account.info', undefined, key)).toMatchObject({ code: 'INVALID_API_KEY' });
      expect(await transport.call('generations.start', {}, key)).toMatchObject({ code: 'INVALID_API_KEY' });
    }
  });

  test('generations.get fails with the same JOB_NOT_FOUND for a missing job and for another account’s job', async () => {
    const started = await transport.call('generations.start', validInput, owner.key);
    if (!started.ok) throw new Error(started.code);
    const absent = newId('generation', Date.now(), ctx.random);
    const foreignJob = await transport.call('generations.get', { id: started.output.id }, stranger.key);
    expect(foreignJob).toMatchObject({ ok: false, code: 'JOB_NOT_FOUND' });
    expect(foreignJob).toEqual(await transport.call('generations.get', { id: absent }, stranger.key));
  });

  test('generations.start without credits or over the spending limit fails, and charges nothing', async () => {
    const poor = await server.account({ credits: 2 });
    const source_uri = await upload(transport, poor.key, 'cat.png', await readFixture('cat.png'));
    const failed = await transport.call('generations.start', { ...validInput, source_uri }, poor.key);
    expect(failed).toMatchObject({ code: 'INSUFFICIENT_CREDITS' });
    await ctx.db.update(accounts).set({ spendingLimit: 0 }).where(eq(accounts.id, poor.id));
    const smallInput = { ...validInput, source_uri, max_resolution: 720 };
    expect(await transport.call('generations.start', smallInput, poor.key)).toMatchObject({
      code: 'HARD_LIMIT_EXCEEDED',
      message: expect.stringMatching(/\$0\.00.*\$0\.01.*\$0\.00/),
    });
    const [after] = await ctx.db.select().from(accounts).where(eq(accounts.id, poor.id));
    expect(after).toMatchObject({ balance: 2, inFlight: 0, periodUsage: 0 });
    expect(await ctx.db.select().from(generations).where(eq(generations.accountId, poor.id))).toEqual([]);
  });

  test('generations.start at the limit of concurrent jobs fails with CONCURRENT_LIMIT_EXCEEDED', async () => {
    const busy = await server.account();
    await ctx.db.update(accounts).set({ concurrency: 1 }).where(eq(accounts.id, busy.id));
    const source_uri = await upload(transport, busy.key, 'cat.png', await readFixture('cat.png'));
    server.ctx.keyCache.clear();
    expect(await transport.call('generations.start', { ...validInput, source_uri }, busy.key)).toMatchObject({
      ok: true,
    });
    const second = await transport.call('generations.start', { ...validInput, source_uri }, busy.key);
    expect(second).toMatchObject({ code: 'CONCURRENT_LIMIT_EXCEEDED' });
  });

  test('writes and reads over their separate rate limits fail with RATE_LIMIT_EXCEEDED', async () => {
    const limited = await server.account();
    await ctx.db.update(accounts).set({ writeRpm: 2, readRpm: 3 }).where(eq(accounts.id, limited.id));
    server.ctx.keyCache.clear();
    const write = () => transport.call('uploads.create', { filename: 'a.png' }, limited.key);
    const read = () => transport.call('account.billing', undefined, limited.key);
    expect([await write(), await write()]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await write()).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect([await read(), await read(), await read()]).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    expect(await read()).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    // Moves the recorded writes a minute back, because writes are limited by the database's clock.
    await ctx.db.execute(
      sql`update rate_windows set moments = array(select m - 60000 from unnest(moments) m)`,
    );
    expect(await write()).toMatchObject({ ok: true });
  });

  test('generations.quote returns the cost, validates like generations.start, and writes nothing', async () => {
    const before = await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id));
    const quote = await transport.call(
      'generations.quote',
      { ...validInput, max_resolution: 720 },
      owner.key,
    );
    expect(quote).toEqual({
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
    for (const [code, , name, input] of rows) {
      if (name !== 'generations.start') continue;
      expect(await transport.call('generations.quote', input, owner.key)).toMatchObject({ ok: false, code });
    }
  });

  test('a reused idempotency key fails with IDEMPOTENCY_KEY_REUSED and the names of the changed fields', async () => {
    const input = { ...validInput, idempotency_key: `reuse-${transport.name}` };
    expect(await transport.call('generations.start', input, owner.key)).toMatchObject({ ok: true });
    const other = { ...input, seed: 7, prompt: 'a forest' };
    expect(await transport.call('generations.start', other, owner.key)).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      message: expect.stringContaining('prompt, seed'),
    });
  });
});
