import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@restage/contract';
import { connect, generations, uploads } from '@restage/db';
import { isFailure } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import { openTransports } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  cleanUp,
  cleanUpPeriodically,
  createUpload,
  getGeneration,
  processGeneration,
  reconcile,
  startGeneration,
} from '../../src/index.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

const services = await openTransports({ work: false });
const { ctx, clock } = services;
const other = connect(services.databaseUrl, { max: 1 });
afterAll(() => other.close());
const hour = 3_600_000;

let account = '';
beforeEach(async () => {
  account = (await services.account()).id;
  // What other tests left is not this one's.
  await cleanUp(ctx);
});

async function start(more: Parameters<typeof tinyStart>[0] = {}): Promise<string> {
  const job = await startGeneration(asAccount(ctx, account), tinyStart(more));
  if (isFailure(job)) throw new Error(job.message);
  return job.id;
}

const render = (id: string, how: 'renders' | 'fails') =>
  processGeneration({ ...ctx, engine: createStubEngine(how) }, id, new AbortController().signal);

async function upload(): Promise<{ id: string; uri: string }> {
  const made = await createUpload(asAccount(ctx, account), { filename: 'a.png' });
  if (isFailure(made)) throw new Error(made.message);
  await fetch(made.upload_url, { method: 'PUT', body: new Uint8Array(makePng(8, 8)) });
  return { id: made.id, uri: made.beeble_uri };
}

const isThere = async (key: string) => (await ctx.blobs.stat(key)) !== undefined;
const uploadRows = (id: string) => ctx.db.select().from(uploads).where(eq(uploads.id, id));

async function* bytes() {
  yield Buffer.from('x');
}
/** Stores a blob, as of this services's clock. */
async function store(key: string): Promise<void> {
  await ctx.blobs.write(key, bytes(), { maxBytes: 100 });
  const now = new Date(ctx.now());
  await utimes(join(services.directory, 'blobs', key), now, now);
}

describe('outputs', () => {
  test('are deleted after their retention period; their URLs answer 404 with the time, and the job is unchanged', async () => {
    const id = await start();
    await render(id, 'renders');
    clock.offset += 167 * hour;
    await cleanUp(ctx);
    const job = await getGeneration(asAccount(ctx, account), { id });
    if (isFailure(job) || !job.output) throw new Error('no job');
    expect((await fetch(job.output.render)).status).toBe(200);

    clock.offset += 2 * hour;
    const deletedAt = new Date(ctx.now()).toISOString().slice(0, 13);
    expect(await cleanUp(ctx)).toMatchObject({ jobs: 1 });
    const gone = await fetch(job.output.render);
    expect(gone.status).toBe(404);
    expect(await gone.json()).toEqual({
      error: { code: 'NOT_FOUND', message: expect.stringContaining(`was deleted at ${deletedAt}`) },
    });
    expect(await getGeneration(asAccount(ctx, account), { id })).toMatchObject({
      status: 'completed',
      output: { render: expect.stringContaining('http') },
    });
    expect((await reconcile(ctx)).filter(({ accountId }) => accountId === account)).toEqual([]);
    expect(await cleanUp(ctx)).toEqual({ jobs: 0, uploads: 0, orphans: 0, requests: 0, sessions: 0 });
  });

  test('that are deleted during a request for them answer 404', async () => {
    const id = await start();
    await render(id, 'renders');
    const job = await getGeneration(asAccount(ctx, account), { id });
    if (isFailure(job) || !job.output) throw new Error('no job');
    const { stat } = ctx.blobs;
    vi.spyOn(ctx.blobs, 'stat').mockImplementationOnce(async (key) => {
      const found = await stat(key);
      clock.offset += 169 * hour;
      await cleanUp(ctx);
      clock.offset -= 169 * hour;
      return found;
    });
    const gone = await fetch(job.output.render);
    expect(gone.status).toBe(404);
    expect(gone.headers.get('etag')).toBeNull();
    expect(await gone.json()).toMatchObject({
      error: { code: 'NOT_FOUND', message: expect.stringContaining('was deleted at') },
    });
  });

  test('of superseded attempts are deleted with those of the final one', async () => {
    const id = await start();
    await render(id, 'renders');
    await store(`outputs/${id}/0/render.png`);
    clock.offset += 169 * hour;
    await cleanUp(ctx);
    expect(await isThere(`outputs/${id}/0/render.png`)).toBe(false);
  });

  test('that a killed worker stored for a job that then failed are deleted at once', async () => {
    const [failed, waiting] = [await start(), await start()];
    await render(failed, 'fails');
    for (const id of [failed, waiting]) await store(`outputs/${id}/1/render.png`);
    await cleanUp(ctx);
    expect(await isThere(`outputs/${failed}/1/render.png`)).toBe(false);
    expect(await isThere(`outputs/${waiting}/1/render.png`)).toBe(true);
  });

  test('and uploads are kept for ever if the retention period is 0 hours', async () => {
    const forEver = { ...ctx, settings: { ...ctx.settings, keepOutputsHours: 0, keepUploadsHours: 0 } };
    const id = await start();
    await render(id, 'renders');
    const { id: uploadId } = await upload();
    clock.offset += 100_000 * hour;
    await cleanUp(forEver);
    expect(await isThere(`outputs/${id}/1/render.png`)).toBe(true);
    expect(await isThere(`uploads/${uploadId}`)).toBe(true);
  });
});

describe('uploads', () => {
  test('that nobody used are deleted after their retention period, and a start with them fails', async () => {
    const { id, uri } = await upload();
    clock.offset += 71 * hour;
    await cleanUp(ctx);
    expect(await isThere(`uploads/${id}`)).toBe(true);
    clock.offset += 2 * hour;
    expect(await cleanUp(ctx)).toMatchObject({ uploads: 1 });
    expect(await isThere(`uploads/${id}`)).toBe(false);
    expect(await startGeneration(asAccount(ctx, account), tinyStart({ source_uri: uri }))).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
  });

  test('are kept after each use for another period, and while an unfinished job needs them', async () => {
    const { id, uri } = await upload();
    clock.offset += 71 * hour;
    await render(await start({ source_uri: uri }), 'fails');
    clock.offset += 71 * hour;
    await cleanUp(ctx);
    expect(await isThere(`uploads/${id}`)).toBe(true);
    const waiting = await start({ source_uri: uri });
    clock.offset += 200 * hour;
    await cleanUp(ctx);
    expect(await uploadRows(id)).toHaveLength(1);
    await render(waiting, 'renders');
    await cleanUp(ctx);
    expect(await uploadRows(id)).toEqual([]);
  });

  test.each([
    ['deleted', (id: string) => sql`delete from uploads where id = ${id}`],
    ['replaced', (id: string) => sql`update uploads set received_attempt = 2 where id = ${id}`],
  ])(
    'that a start has locked are skipped, and a start whose upload is %s meanwhile fails',
    async (_, change) => {
      const { id, uri } = await upload();
      clock.offset += 73 * hour;
      const input = tinyStart({ source_uri: uri, idempotency_key: 'late' });
      await other.db
        .transaction(async (db) => {
          await db.execute(sql`select from uploads where id = ${id} for update`);
          expect(await cleanUp(ctx)).toMatchObject({ uploads: 0 });
          // The start has looked at the upload and waits for its row; it is changed under its feet.
          const starting = startGeneration(asAccount(ctx, account), input);
          const waits = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
          while ((await ctx.db.execute(waits)).length === 0);
          await db.execute(change(id));
          return { starting };
        })
        .then(async ({ starting }) => {
          expect(await starting).toMatchObject({ code: 'SOURCE_UNREACHABLE', param: 'source_uri' });
        });
      expect(await ctx.db.select().from(generations).where(eq(generations.accountId, account))).toEqual([]);
    },
  );
});

describe('orphaned files', () => {
  test('are deleted: inputs of finished jobs at once, remains of crashes after an hour', async () => {
    const [ended, live] = [await start(), await start()];
    await render(ended, 'fails');
    const never = newId('generation', ctx.now(), ctx.random);
    const upload = newId('upload', ctx.now(), ctx.random);
    const left = [`inputs/${never}/source`, `uploads/${upload}`];
    for (const key of left) await store(key);
    const received = join(services.directory, 'blobs', '.staging', 'received');
    await writeFile(received, 'half');
    const now = new Date(ctx.now());
    await utimes(received, now, now);

    expect(await cleanUp(ctx)).toEqual({ jobs: 0, uploads: 0, orphans: 1, requests: 0, sessions: 0 });
    expect(await isThere(`inputs/${ended}/source`)).toBe(false);
    expect(await isThere(`inputs/${live}/source`)).toBe(true);
    for (const key of left) expect(await isThere(key)).toBe(true);
    expect(existsSync(received)).toBe(true);

    clock.offset += 2 * hour;
    expect(await cleanUp(ctx)).toEqual({ jobs: 0, uploads: 0, orphans: 3, requests: 0, sessions: 0 });
    for (const key of left) expect(await isThere(key)).toBe(false);
    expect(existsSync(received)).toBe(false);
    expect(await isThere(`inputs/${live}/source`)).toBe(true);
    await render(live, 'fails');
  });

  test('are deleted: work folders of killed processes, once no attempt can be that old', async () => {
    const { workDirectory } = ctx.settings;
    for (const name of ['render-abc123', 'input-abc123', 'another']) {
      await mkdir(join(workDirectory, name, 'output'), { recursive: true });
      await writeFile(join(workDirectory, name, 'output', 'render.png'), 'half');
      const now = new Date(ctx.now());
      await utimes(join(workDirectory, name), now, now);
    }
    clock.offset += hour;
    await cleanUp(ctx);
    expect(await readdir(workDirectory)).toEqual(expect.arrayContaining(['render-abc123', 'input-abc123']));
    clock.offset += hour;
    expect(await cleanUp(ctx)).toMatchObject({ orphans: 2 });
    expect(await readdir(workDirectory)).toEqual(['another']);
  });

  test('are deleted: outputs whose cleanup was killed before it deleted them', async () => {
    const id = await start();
    await render(id, 'renders');
    await ctx.db.update(generations).set({ sweptAt: new Date() }).where(eq(generations.id, id));
    await cleanUp(ctx);
    expect(await isThere(`outputs/${id}/1/render.png`)).toBe(false);
  });
});

test('one process cleans up at a time, and killing it frees the lock', async () => {
  const [session] = await other.db.execute<{ pid: number }>(
    sql`select pg_backend_pid() as pid, pg_advisory_lock(7378244)`,
  );
  expect(await cleanUp(ctx)).toBe('busy');
  await ctx.db.execute(sql`select pg_terminate_backend(${session?.pid})`);
  // The server lets go of the lock a moment after the session's end was asked for.
  while ((await cleanUp(ctx)) === 'busy');
});

test('the periodic cleanup continues after a failure, and ends when its signal aborts', async () => {
  const { id } = await upload();
  clock.offset += 73 * hour;
  const stopping = new AbortController();
  let calls = 0;
  const failing = {
    ...ctx,
    blobs: {
      ...ctx.blobs,
      async remove(key: string) {
        calls += 1;
        if (calls === 1) throw new Error('the disk is gone, for once');
        await ctx.blobs.remove(key);
      },
    },
  };
  const cleaning = cleanUpPeriodically(failing, stopping.signal, 20);
  while (await isThere(`uploads/${id}`)) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(services.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'cleanup_failed' }),
  );
  stopping.abort();
  await cleaning;
});
