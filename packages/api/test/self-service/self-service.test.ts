import { readFileSync } from 'node:fs';
import { newId, type ProcedureName, type ProcedureOutput } from '@restage/contract';
import { createKey } from '@restage/core';
import { apiKeys, creditEntries, generationEvents, generations, requestLog } from '@restage/db';
import { openTransports, type Transport } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { upload } from '../support/uploads.ts';

const server = await openTransports({ work: true });
const { ctx, clock } = server;
const png = `data:image/png;base64,${readFileSync(new URL('../../../../samples/matte.png', import.meta.url)).toString('base64')}`;

/** The output of a call that must succeed. */
async function output<Name extends ProcedureName>(
  transport: Transport,
  name: Name,
  sent: object | undefined,
  key: string,
): Promise<ProcedureOutput<Name>> {
  const outcome = await transport.call(name, sent, key);
  if (!outcome.ok) throw new Error(`${name}: ${outcome.code}: ${outcome.message}`);
  return outcome.output;
}

describe.each(server.transports)('through the $name', (transport) => {
  test('a key is created, works, is listed without itself, and is refused once it is revoked', async () => {
    const { key } = await server.account();
    const created = await output(
      transport,
      'keys.create',
      { name: 'ci', mode: 'live', expires_at: '2999-01-01' },
      key,
    );
    expect(created).toMatchObject({
      name: 'ci',
      mode: 'live',
      expires_at: '2999-01-01T00:00:00.000Z',
      revoked_at: null,
    });
    expect(await output(transport, 'account.info', undefined, created.key)).toBeDefined();
    const { keys } = await output(transport, 'keys.list', undefined, key);
    expect(keys.map(({ name }) => name)).toEqual(['ci', 'test']);
    expect(JSON.stringify(keys)).not.toContain(created.key);
    // A key may revoke itself.
    const revoked = await output(transport, 'keys.revoke', { id: created.id }, created.key);
    expect(revoked.revoked_at).not.toBeNull();
    expect(await output(transport, 'keys.revoke', { id: created.id }, key)).toEqual(revoked);
    clock.offset += 5001;
    expect(await transport.call('account.info', undefined, created.key)).toMatchObject({
      code: 'INVALID_API_KEY',
    });
  });

  test('a test key can’t create or revoke keys, nor rotate the secret', async () => {
    const { key } = await server.account({ mode: 'test' });
    const { keys } = await output(transport, 'keys.list', undefined, key);
    for (const [name, sent] of [
      ['keys.create', { name: 'a', mode: 'live' }],
      ['keys.revoke', { id: keys[0]?.id }],
      ['webhooks.rotateSecret', {}],
    ] as const) {
      expect(await transport.call(name, sent, key)).toMatchObject({ ok: false, code: 'LIVE_KEY_REQUIRED' });
    }
  });

  test('the details of a job say its prompt, inputs, cost and each change of its state', async () => {
    const { key } = await server.account();
    const source_uri = await upload(
      transport,
      key,
      'source.png',
      Buffer.from(png.split(',')[1] ?? '', 'base64'),
    );
    const job = await output(
      transport,
      'generations.start',
      toStart({ prompt: 'a beach at noon', source_uri }),
      key,
    );
    await vi.waitFor(
      async () =>
        expect((await output(transport, 'generations.get', { id: job.id }, key)).status).toBe('completed'),
      { timeout: 30_000, interval: 100 },
    );
    const details = await output(transport, 'generations.details', { id: job.id }, key);
    expect(details).toMatchObject({
      id: job.id,
      prompt: 'a beach at noon',
      max_resolution: 720,
      frames: 1,
      cost: 1,
      test_mode: false,
      attempts: 1,
      inputs: { alpha: null, reference: null },
    });
    expect(details.started_at).not.toBeNull();
    expect(
      details.events.map(({ status }) => status).filter((each, at, all) => each !== all[at - 1]),
    ).toEqual(['in_queue', 'processing', 'completed']);
    const source = await fetch(details.inputs.source ?? '');
    expect(source.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await source.arrayBuffer()).toString('base64')).toBe(png.split(',')[1]);
  });

  test('the ledger comes in pages, newest first, with a correction told from a grant', async () => {
    const { id, key } = await server.account({ credits: 50 });
    await output(transport, 'generations.start', toStart(), key);
    await ctx.db
      .insert(creditEntries)
      .values({ accountId: id, kind: 'grant', credits: -3, note: 'too many' });
    const first = await output(transport, 'account.credits', { limit: 2 }, key);
    expect(first.entries).toMatchObject([
      { kind: 'correction', credits: -3, note: 'too many', generation_id: null, meter: null },
      { kind: 'charge', credits: -1, meter: 'api_image_720p' },
    ]);
    const page_token = first.next_page_token ?? '';
    expect(await output(transport, 'account.credits', { limit: 2, page_token }, key)).toMatchObject({
      entries: [{ kind: 'grant', credits: 50 }],
      next_page_token: null,
    });
    expect(await transport.call('account.credits', { page_token: 'x' }, key)).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'page_token',
    });
  });

  test('jobs are listed by status, type and time', async () => {
    const { id, key } = await server.account();
    await insertJobs(id, [
      { status: 'completed', at: '2026-01-01T00:00:00Z' },
      { status: 'failed', at: '2026-01-02T00:00:00Z' },
      { status: 'completed', at: '2026-01-03T00:00:00Z', type: 'video' },
    ]);
    const list = async (filter: object) =>
      (await output(transport, 'generations.list', filter, key)).jobs.map(({ created_at }) =>
        created_at.slice(0, 10),
      );
    expect(await list({ status: 'completed' })).toEqual(['2026-01-03', '2026-01-01']);
    expect(await list({ generation_type: 'image' })).toEqual(['2026-01-02', '2026-01-01']);
    expect(await list({ created_after: '2026-01-02' })).toEqual(['2026-01-03', '2026-01-02']);
    expect(await list({ created_before: '2026-01-02T00:00:00Z' })).toEqual(['2026-01-01']);
    expect(await transport.call('generations.list', { created_after: 'yesterday' }, key)).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'created_after',
    });
  });

  test('the summaries of jobs hold what their details hold, filtered and paged as the list is', async () => {
    const { id, key } = await server.account();
    await insertJobs(id, [
      { status: 'failed', at: '2026-01-01T00:00:00Z' },
      { status: 'failed', at: '2026-01-02T00:00:00Z' },
      { status: 'cancelled', at: '2026-01-03T00:00:00Z' },
    ]);
    const filter = { status: 'failed', limit: 1 };
    const first = await output(transport, 'generations.summaries', filter, key);
    const { next_page_token: page_token } = first;
    const second = await output(transport, 'generations.summaries', { ...filter, page_token }, key);
    expect(second.next_page_token).toBeNull();
    const jobs = [...first.jobs, ...second.jobs];
    expect(jobs.map(({ created_at }) => created_at.slice(0, 10))).toEqual(['2026-01-02', '2026-01-01']);
    for (const job of jobs) {
      expect(await output(transport, 'generations.details', { id: job.id }, key)).toMatchObject({
        ...job,
        inputs: expect.objectContaining({ alpha: null }),
      });
    }
    expect(jobs[0]).toMatchObject({ max_resolution: 720, cost: expect.any(Number), test_mode: false });
    expect(await transport.call('generations.summaries', { page_token: 'x' }, key)).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'page_token',
    });
  });

  test('a failed call is in the request log with what was wrong and how to fix it; a successful read is not', async () => {
    const { key } = await server.account();
    await output(transport, 'account.info', undefined, key);
    await output(transport, 'uploads.create', { filename: 'a.png' }, key);
    await transport.call('generations.start', toStart({ alpha_mode: 'magic' }), key);
    await transport.call('generations.get', { id: 'swx_00000000000000000000000000' }, key);
    await ctx.requests.flush();
    const { requests } = await output(transport, 'requests.list', {}, key);
    expect(requests).toMatchObject([
      {
        procedure: 'generations.get',
        status: 404,
        code: 'JOB_NOT_FOUND',
        generation_id: 'swx_00000000000000000000000000',
      },
      { procedure: 'generations.start', status: 400, code: 'INVALID_ALPHA_MODE', param: 'alpha_mode' },
      { procedure: 'uploads.create', status: 200, code: null, message: null },
    ]);
    expect(requests.every(({ key_prefix }) => key.startsWith(key_prefix))).toBe(true);
    expect(await output(transport, 'requests.list', { code: 'INVALID_ALPHA_MODE' }, key)).toEqual({
      requests: [requests[1]],
      next_page_token: null,
    });
    expect(
      (await output(transport, 'requests.list', { status: 404, procedure: 'generations.get' }, key)).requests,
    ).toHaveLength(1);
    expect(await output(transport, 'requests.failures', undefined, key)).toMatchObject({
      failures: [
        { code: 'INVALID_ALPHA_MODE', count: 1, last_at: requests[1]?.at },
        { code: 'JOB_NOT_FOUND', count: 1, last_at: requests[0]?.at },
      ],
    });
    const failed = requests[1]?.id ?? '';
    if (transport.name !== 'caller') {
      expect(await output(transport, 'requests.get', { id: failed }, key)).toEqual({
        ...requests[1],
        meaning: expect.stringContaining('alpha_mode'),
        resolution: expect.stringContaining('auto'),
      });
    }
  });

  test('the secret is rotated with an overlap, and a test event carries both signatures’ delivery', async () => {
    const { key } = await server.account();
    const before = await output(transport, 'webhooks.secret', undefined, key);
    expect(before).toEqual({ secret: expect.stringMatching(/^whsec_/), previous_expires_at: null });
    const after = await output(transport, 'webhooks.rotateSecret', { overlap_hours: 1 }, key);
    expect(after.secret).not.toBe(before.secret);
    expect(Date.parse(after.previous_expires_at ?? '') - ctx.now()).toBeGreaterThan(3_500_000);
    expect(await output(transport, 'webhooks.rotateSecret', { overlap_hours: 0 }, key)).toMatchObject({
      previous_expires_at: null,
    });
    expect(await transport.call('webhooks.rotateSecret', { overlap_hours: 169 }, key)).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'overlap_hours',
    });
  });
});

/** A start of a small picture. */
function toStart(more: object = {}): object {
  return {
    generation_type: 'image',
    alpha_mode: 'fill',
    max_resolution: 720,
    source_uri: png,
    prompt: 'a beach',
    ...more,
  };
}

let made = 0;

/** Jobs as their rows are, with their ledger entries. */
async function insertJobs(
  accountId: string,
  jobs: readonly {
    status: 'completed' | 'failed' | 'cancelled' | 'processing';
    at: string;
    type?: 'image' | 'video';
    cost?: number;
  }[],
): Promise<void> {
  for (const { status, at, type = 'image', cost = 1 } of jobs) {
    made += 1;
    const createdAt = new Date(at);
    const id = `swx_${createdAt.getTime().toString().padStart(16, '0')}${String(made).padStart(10, '0')}`;
    await ctx.db.insert(generations).values({
      id,
      accountId,
      status: 'processing',
      generationType: type,
      alphaMode: 'fill',
      maxResolution: 720,
      seed: 1,
      inputs: { source: { kind: 'https', url: 'https://example.com/a.png' } },
      width: 8,
      height: 8,
      frames: 1,
      cost,
      fingerprint: {},
      createdAt,
      modifiedAt: createdAt,
      completedAt: status === 'processing' ? null : createdAt,
      sweptAt: createdAt,
    });
    // Ended by an update, as jobs are: that is when they count as usage.
    await ctx.db.update(generations).set({ status }).where(eq(generations.id, id));
    await ctx.db.insert(generationEvents).values({ generationId: id, status, progress: 0 });
    const meter = `api_${type}_720p` as const;
    await ctx.db
      .insert(creditEntries)
      .values({ accountId, generationId: id, kind: 'charge', credits: -cost, meter });
    if (status === 'failed' || status === 'cancelled') {
      await ctx.db
        .insert(creditEntries)
        .values({ accountId, generationId: id, kind: 'refund', credits: cost, meter });
    }
  }
}

describe('keys', () => {
  const transport = server.transports[2] as Transport;

  test('of more than 1000 that are active are not created; those that have ended give way in the list', async () => {
    const { id: accountId, key } = await server.account();
    const insertKeys = async (count: number, revokedAt: Date | null) => {
      const rows = Array.from({ length: count }, () => ({
        id: newId('apiKey', ctx.now(), ctx.random),
        accountId,
        hash: crypto.randomUUID(),
        prefix: 'rsk_',
        name: 'many',
        mode: 'live' as const,
        revokedAt,
      }));
      await ctx.db.insert(apiKeys).values(rows);
    };
    await insertKeys(998, null);
    await insertKeys(10, new Date());
    const sent = { name: 'last', mode: 'live' };
    const outcomes = await Promise.all(
      [1, 2, 3].map(async () => (await transport.call('keys.create', sent, key)).ok),
    );
    expect(outcomes.sort()).toEqual([false, false, true]);
    expect(await transport.call('keys.create', sent, key)).toMatchObject({ code: 'INVALID_REQUEST' });
    const { keys } = await output(transport, 'keys.list', undefined, key);
    expect(keys).toHaveLength(1000);
    expect(keys.every(({ revoked_at }) => revoked_at === null)).toBe(true);
    expect(keys[0]).toMatchObject({ name: 'last' });
    await output(transport, 'keys.revoke', { id: keys[0]?.id }, key);
    expect(await transport.call('keys.create', sent, key)).toMatchObject({ ok: true });
  });

  test('that stand where an id belongs are not in the server’s log', async () => {
    const { key } = await server.account();
    expect(await transport.call('keys.revoke', { id: key }, key)).toMatchObject({ code: 'KEY_NOT_FOUND' });
    const log = JSON.stringify(server.lines);
    expect(log).toContain('/v1/account/keys/rsk_…/revoke');
    expect(log).not.toContain(key);
  });
});

describe('usage', () => {
  const transport = server.transports[2] as Transport;

  test('is what the ledger says, by hour, day and month, refunds taken off', async () => {
    const { id, key } = await server.account();
    await insertJobs(id, [
      { status: 'completed', at: '2026-01-31T22:30:00Z', cost: 3 },
      { status: 'failed', at: '2026-01-31T22:40:00Z', cost: 5 },
      { status: 'completed', at: '2026-01-31T23:59:59.999Z', type: 'video', cost: 10 },
      { status: 'cancelled', at: '2026-02-01T00:00:00Z', cost: 7 },
      { status: 'processing', at: '2026-02-01T01:00:00Z', cost: 2 },
    ]);
    const read = async (sent: object) =>
      (await output(transport, 'account.usage', sent, key)).buckets
        .filter(({ credits, jobs }) =>
          [...Object.values(credits), ...Object.values(jobs)].some((value) => value > 0),
        )
        .map(({ start, credits, jobs }) => [
          start,
          credits.api_image_720p,
          credits.api_video_720p,
          jobs.completed,
          jobs.failed,
          jobs.cancelled,
        ]);
    const range = { from: '2026-01-31', to: '2026-02-02' };
    expect(await read({ ...range, group_by: 'hour' })).toEqual([
      ['2026-01-31T22:00:00.000Z', 3, 0, 1, 1, 0],
      ['2026-01-31T23:00:00.000Z', 0, 10, 1, 0, 0],
      ['2026-02-01T00:00:00.000Z', 0, 0, 0, 0, 1],
      ['2026-02-01T01:00:00.000Z', 2, 0, 0, 0, 0],
    ]);
    expect(await read(range)).toEqual([
      ['2026-01-31T00:00:00.000Z', 3, 10, 2, 1, 0],
      ['2026-02-01T00:00:00.000Z', 2, 0, 0, 0, 1],
    ]);
    expect(await read({ from: '2026-01-15', to: '2026-03-01', group_by: 'month' })).toEqual([
      ['2026-01-01T00:00:00.000Z', 3, 10, 2, 1, 0],
      ['2026-02-01T00:00:00.000Z', 2, 0, 0, 0, 1],
    ]);
  });

  test('of this month agrees with billing, meter by meter', async () => {
    const { key } = await server.account();
    for (let each = 0; each < 3; each += 1) await output(transport, 'generations.start', toStart(), key);
    const { meters } = await output(transport, 'account.billing', undefined, key);
    const { buckets } = await output(transport, 'account.usage', {}, key);
    for (const { id, total_usage } of meters) {
      const sum = buckets.reduce((total, { credits }) => total + credits[id as keyof typeof credits], 0);
      expect(sum, id).toBe(total_usage);
    }
  });

  test('of more than 400 buckets, or of a time that ends before it begins, is refused', async () => {
    const { key } = await server.account();
    const refusedBy = async (sent: object) => transport.call('account.usage', sent, key);
    expect(await refusedBy({ from: '2020-01-01', to: '2026-01-01' })).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'from',
    });
    expect(await refusedBy({ from: '0001-01-01', to: '9999-12-31', group_by: 'month' })).toMatchObject({
      param: 'from',
    });
    expect(await refusedBy({ from: '2026-01-02', to: '2026-01-01' })).toMatchObject({ param: 'to' });
    expect(await refusedBy({ group_by: 'week' })).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'group_by',
    });
    expect(await refusedBy({ to: '9999-12-31T23:59:59-14:00' })).toMatchObject({ param: 'to' });
    const ancient = await output(transport, 'account.usage', { to: '0050-06-01', group_by: 'month' }, key);
    expect(ancient.buckets.map(({ start }) => start)).toEqual([
      ...['0050-01-01', '0050-02-01', '0050-03-01', '0050-04-01', '0050-05-01'].map(
        (date) => `${date}T00:00:00.000Z`,
      ),
    ]);
    const longest = await output(transport, 'account.usage', { from: '2026-01-01', to: '2027-02-05' }, key);
    expect(longest.buckets).toHaveLength(400);
  });
});

describe('the request log', () => {
  const transport = server.transports[2] as Transport;

  test('holds no prompt and no signature of a URL', async () => {
    const { key } = await server.account();
    await transport.call('generations.start', toStart({ prompt: `a secret ${'x'.repeat(2000)}` }), key);
    await transport.call(
      'generations.start',
      toStart({ source_uri: 'ftp://example.com/a.png?sig=hush' }),
      key,
    );
    await ctx.requests.flush();
    const { requests } = await output(transport, 'requests.list', {}, key);
    expect(requests.map(({ param }) => param)).toEqual(['source_uri', 'prompt']);
    expect(JSON.stringify(requests)).not.toMatch(/secret|hush/);
  });

  describe('while its table is gone', () => {
    beforeEach(async () => {
      await ctx.db.execute(sql`alter table ${requestLog} rename to request_log_away`);
    });
    afterEach(async () => {
      await ctx.db.execute(sql`alter table request_log_away rename to request_log`);
    });

    test('drops rows and counts them, and answers are as they were', async () => {
      const { id } = await server.account();
      const { key } = await createKey(ctx, id, { name: 'more', mode: 'live' });
      const dropped = ctx.requests.dropped;
      for (let each = 0; each < 3; each += 1) {
        expect(await transport.call('generations.get', { id: 'swx_1' }, key)).toMatchObject({
          code: 'JOB_NOT_FOUND',
        });
      }
      await ctx.requests.flush();
      expect(ctx.requests.dropped - dropped).toBe(3);
    });
  });

  test('keeps ten thousand rows at most while the database is frozen, and drops the rest', async () => {
    const { id, key } = await server.account();
    await ctx.requests.flush();
    const dropped = ctx.requests.dropped;
    await ctx.db.transaction(async (locking) => {
      await locking.execute(sql`lock table ${requestLog}`);
      const row = {
        accountId: id,
        at: new Date(),
        procedure: 'account.info',
        transport: 'rest',
        status: 400,
      } as const;
      for (let each = 0; each < 20_000; each += 1)
        ctx.requests.add({ ...row, id: `req_${each}`, durationMs: 1, keyPrefix: 'rsk_' });
      expect(ctx.requests.dropped - dropped).toBeGreaterThanOrEqual(9500);
      expect(await transport.call('generations.get', { id: 'swx_1' }, key)).toMatchObject({
        code: 'JOB_NOT_FOUND',
      });
    });
    await ctx.requests.flush();
    const [kept] = await ctx.db.execute<{ rows: number }>(
      sql`select count(*)::int as rows from ${requestLog} where account_id = ${id}`,
    );
    expect(kept?.rows).toBeGreaterThanOrEqual(10_000);
    expect(kept?.rows).toBeLessThanOrEqual(10_500);
  });
});
