import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp, processGeneration, reconcile, startRenderWorkers, type WorkerContext } from '@restage/core';
import { generations, uploads } from '@restage/db';
import { openS3Store } from '@restage/storage';
import { openTestBucket, type S3Fault } from '@restage/storage/testing';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { eq, inArray, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blackPng, createUpload } from '../support/uploads.ts';

const timeouts = {
  connectMs: 1000,
  requestMs: 2000,
  partMs: 2000,
  checkMs: 2000,
  idleMs: 1000,
  retryMs: 10,
};
const bucket = await openTestBucket({ timeouts });
afterAll(bucket.close);
const { proxy } = bucket;
const blobs = await openS3Store(bucket.options);
const server = await openTransports({ work: false, blobs });
const { ctx, boss, transports, clock } = server;
const [transport] = transports;
const hour = 3_600_000;

let owner: { id: string; key: string };
beforeEach(async () => {
  owner = await server.account({ credits: 100 });
});
afterEach(() => {
  proxy.fault = undefined;
});

async function upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const created = await createUpload(transport, owner.key, 'a.png');
  const response = await fetch(created.upload_url, { method: 'PUT', body: bytes });
  expect(response.status).toBe(200);
  return created.beeble_uri;
}

async function start(source_uri?: string): Promise<string> {
  const input = {
    generation_type: 'image',
    alpha_mode: 'fill',
    max_resolution: 720,
    source_uri: source_uri ?? (await upload(blackPng(64, 48))),
    prompt: 'a beach at noon',
  };
  const started = await transport.call('generations.start', input, owner.key);
  if (!started.ok) throw new Error(started.message);
  return started.output.id;
}

async function getJob(id: string) {
  const got = await transport.call('generations.get', { id }, owner.key);
  if (!got.ok) throw new Error(got.message);
  return got.output;
}

async function getBalance() {
  const billing = await transport.call('account.billing', undefined, owner.key);
  if (!billing.ok) throw new Error(billing.message);
  return Math.round(billing.output.prepaid_balance * 100);
}

async function listKeys(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of blobs.list(folder)) names.push(name);
  return names.toSorted();
}

const neverAborted = () => new AbortController().signal;

/** An engine whose renders end at once. */
function createInstantEngine() {
  const engine = controllableEngine();
  return {
    ...engine,
    render: (...given: Parameters<typeof engine.render>) => {
      const rendering = engine.render(...given);
      engine.advance(1);
      return rendering;
    },
  };
}
const instant: WorkerContext = { ...ctx, engine: createInstantEngine() };

test('an image job is uploaded, rendered and downloaded through the bucket, and leaves nothing on the local disk', async () => {
  const work = await startRenderWorkers(ctx, boss, 1);
  const id = await start();
  await expect.poll(async () => (await getJob(id)).status).toBe('completed');
  await work.stop(1000);
  expect(await listKeys(`outputs/${id}/1`)).toEqual(['alpha.png', 'render.png', 'source.png']);
  expect(existsSync(join(server.directory, 'blobs'))).toBe(false);
  expect(await readdir(join(server.directory, 'work'))).toEqual([]);
  expect(await readdir(bucket.options.scratchDirectory)).toEqual([]);

  const { output } = await getJob(id);
  const url = output?.render ?? '';
  const whole = await fetch(url);
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(whole.status).toBe(200);
  expect(whole.headers.get('content-type')).toBe('image/png');
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');

  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  const part = await fetch(url, { headers: { range: 'bytes=1-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'PNG']);
  expect(part.headers.get('content-range')).toBe(`bytes 1-3/${bytes.length}`);
  const etag = whole.headers.get('etag') ?? '';
  const fresh = await fetch(url, { headers: { 'if-none-match': etag } });
  expect(fresh.status).toBe(304);
  const beyond = await fetch(url, { headers: { range: 'bytes=999999999-' } });
  expect(beyond.status).toBe(416);
});

test('a cancelled job is refunded, and has no outputs in the bucket', async () => {
  const engine = controllableEngine();
  const work = await startRenderWorkers({ ...ctx, engine }, boss, 1);
  const id = await start();
  await engine.started(1);
  expect(await getBalance()).toBe(99);
  const cancelled = await transport.call('generations.cancel', { id }, owner.key);
  expect(cancelled).toMatchObject({ ok: true, output: { status: 'cancelled' } });
  await work.stop(1000);
  expect(await getBalance()).toBe(100);
  expect(await listKeys(`outputs/${id}`)).toEqual([]);
});

test('a PUT may be repeated until a job has used the upload, and not afterwards', async () => {
  const created = await createUpload(transport, owner.key, 'a.png');
  const put = (body: Uint8Array<ArrayBuffer>) => fetch(created.upload_url, { method: 'PUT', body });
  expect((await put(blackPng(32, 32))).status).toBe(200);
  expect((await put(blackPng(64, 48))).status).toBe(200);
  await start(created.beeble_uri);
  expect((await put(blackPng(32, 32))).status).toBe(403);
  const kept = await new Response(await blobs.read(`uploads/${created.id}-2`)).arrayBuffer();
  expect(Buffer.from(kept).equals(blackPng(64, 48))).toBe(true);
  expect(await blobs.stat(`uploads/${created.id}`)).toBeUndefined();
});

test('bytes that reach the bucket after their PUT has failed replace nothing, and are cleaned up', async () => {
  const created = await createUpload(transport, owner.key, 'a.png');
  const put = (body: Uint8Array<ArrayBuffer>) => fetch(created.upload_url, { method: 'PUT', body });
  proxy.fault = (method) => (method === 'PUT' ? 'hanging' : undefined);
  expect((await put(blackPng(32, 32))).status).toBe(500);
  proxy.fault = undefined;
  expect((await put(blackPng(64, 48))).status).toBe(200);
  const id = await start(created.beeble_uri);
  await blobs.write(`uploads/${created.id}`, new Blob([blackPng(32, 32)]).stream(), { maxBytes: 10_000 });
  expect(await processGeneration(instant, id, neverAborted())).toBe(true);
  expect(await getJob(id)).toMatchObject({ status: 'completed' });
  clock.offset += 3.1 * hour;
  await cleanUp(ctx);
  clock.offset -= 3.1 * hour;
  expect(await blobs.stat(`uploads/${created.id}`)).toBeUndefined();
  expect(await blobs.stat(`uploads/${created.id}-2`)).toBeDefined();
});

test('PUTs that wait for a bucket that hangs hold no connection to the database', async () => {
  const created = await Promise.all(
    Array.from({ length: 8 }, () => createUpload(transport, owner.key, 'a.png')),
  );
  proxy.requests.length = 0;
  proxy.fault = 'hanging';
  const puts = created.map(({ upload_url }) => fetch(upload_url, { method: 'PUT', body: blackPng(8, 8) }));
  await expect.poll(() => new Set(proxy.requests).size, { timeout: 20_000 }).toBe(8);
  expect(
    await ctx.db.execute(
      sql`select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
    ),
  ).toHaveLength(0);
  for (const put of puts) expect((await put).status).toBe(500);
});

describe.each<[S3Fault]>([['forbidden'], ['gone'], ['full'], ['hanging']])(
  'while the bucket is %s',
  (fault) => {
    test('an upload fails with UPLOAD_URL_FAILED, and none is created', async () => {
      proxy.fault = fault;
      const created = await transport.call('uploads.create', { filename: 'a.png' }, owner.key);
      expect(created).toMatchObject({ ok: false, code: 'UPLOAD_URL_FAILED' });
      expect(await ctx.db.select().from(uploads).where(eq(uploads.accountId, owner.id))).toEqual([]);
    });

    test('a PUT, a start and a download fail with INTERNAL_ERROR, and nothing is charged', async () => {
      const id = await start();
      await processGeneration(instant, id, neverAborted());
      const { output } = await getJob(id);
      const source_uri = await upload(blackPng(64, 48));
      const created = await createUpload(transport, owner.key, 'a.png');
      const balance = await getBalance();
      proxy.fault = fault;
      const put = await fetch(created.upload_url, { method: 'PUT', body: blackPng(8, 8) });
      expect([put.status, await put.json()]).toMatchObject([500, { error: { code: 'INTERNAL_ERROR' } }]);
      const input = {
        generation_type: 'image',
        alpha_mode: 'fill',
        source_uri,
        prompt: 'noon',
      };
      const started = await transport.call('generations.start', input, owner.key);
      expect(started).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
      expect((await fetch(output?.render ?? '')).status).toBe(500);
      proxy.fault = undefined;
      expect(await getBalance()).toBe(balance);
      expect(await blobs.stat(`uploads/${created.id}`)).toBeUndefined();
      expect((await fetch(output?.render ?? '')).status).toBe(200);
    });

    test('an attempt at a job throws, so that it is retried, and a later attempt completes it', async () => {
      const id = await start();
      proxy.fault = fault;
      await expect(processGeneration(instant, id, neverAborted())).rejects.toThrow('S3');
      // What was rendered can't be stored.
      proxy.fault = (method) => (method === 'PUT' ? fault : undefined);
      await expect(processGeneration(instant, id, neverAborted())).rejects.toThrow('S3 PutObject');
      proxy.fault = undefined;
      expect(await processGeneration(instant, id, neverAborted())).toBe(true);
      expect(await getJob(id)).toMatchObject({ status: 'completed' });
      expect(await listKeys(`outputs/${id}`)).toEqual(['3']);
    });
  },
);

test('a job whose bucket is forbidden on every attempt is failed by the workers, with one refund', async () => {
  const id = await start();
  proxy.fault = 'forbidden';
  const work = await startRenderWorkers(instant, boss, 1);
  await expect.poll(async () => (await getJob(id)).status, { timeout: 40_000 }).toBe('failed');
  await work.stop(1000);
  expect(await getBalance()).toBe(100);
  proxy.fault = undefined;
  expect(await reconcileAccount()).toEqual([]);
});

test('an attempt whose source stops coming throws, and a download that stops coming ends', async () => {
  const id = await start();
  await processGeneration(instant, id, neverAborted());
  const { output } = await getJob(id);
  const waiting = await start();
  proxy.fault = 'slow';
  await expect(processGeneration(instant, waiting, neverAborted())).rejects.toThrow('no bytes within');
  const response = await fetch(output?.render ?? '');
  // As much as has come decides whether the response has begun.
  if (response.status !== 500) await expect(response.arrayBuffer()).rejects.toThrow();
});

const reconcileAccount = async () => (await reconcile(ctx)).filter(({ accountId }) => accountId === owner.id);

test('reconcile names an output that the bucket has lost', async () => {
  const id = await start();
  await processGeneration(instant, id, neverAborted());
  expect(await reconcileAccount()).toEqual([]);
  await blobs.remove(`outputs/${id}/1/alpha.png`);
  expect(await reconcileAccount()).toMatchObject([{ check: 'blob', generationId: id }]);
  await ctx.db.update(generations).set({ sweptAt: new Date() }).where(eq(generations.id, id));
});

test('a cleanup removes expired outputs and uploads, and objects that belong to nothing', async () => {
  const id = await start();
  await processGeneration(instant, id, neverAborted());
  async function* bytes() {
    yield Buffer.from('x');
  }
  await blobs.write(`uploads/${id.replace('swx', 'upload')}`, bytes(), { maxBytes: 1 });
  clock.offset += 170 * hour;
  expect(await cleanUp(ctx)).not.toBe('busy');
  clock.offset -= 170 * hour;
  expect(await listKeys('outputs')).toEqual([]);
  const isActive = inArray(generations.status, ['in_queue', 'processing']);
  const waiting = await ctx.db.select().from(generations).where(isActive);
  expect(await listKeys('uploads')).toHaveLength(waiting.length);
  expect(await reconcileAccount()).toEqual([]);
});
