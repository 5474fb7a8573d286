import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accounts, creditEntries, generations, uploads as rows } from '@restage/db';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng } from './footage.ts';

const world = await openDoors({ work: false });
const { ctx, doors } = world;
const source_uri = `data:image/png;base64,${blackPng(64, 48).toString('base64')}`;
const good = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };

let owner: { id: string; key: string };
let filesBefore = 0;
beforeEach(async () => {
  owner = await world.account({ credits: 100 });
  filesBefore = await countFiles();
});

/** The inputs that the blob store holds, whoever's they are. */
async function countFiles(): Promise<number> {
  const inputs = join(world.directory, 'blobs', 'inputs');
  const paths = lstatSync(inputs, { throwIfNoEntry: false })?.isDirectory()
    ? await readdir(inputs, { recursive: true, withFileTypes: true })
    : [];
  return paths.filter((path) => path.isFile()).length;
}

/** What is there of the account's: jobs, entries, queued tasks, files, and the account itself. */
async function traces() {
  const work = join(world.directory, 'work');
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id));
  const jobs = await ctx.db.select().from(generations).where(eq(generations.accountId, owner.id));
  const entries = await ctx.db.select().from(creditEntries).where(eq(creditEntries.accountId, owner.id));
  return {
    balance: account?.balance,
    inFlight: account?.inFlight,
    usage: account?.periodUsage,
    jobs: jobs.length,
    entries: entries.map(({ kind }) => kind),
    files: (await countFiles()) - filesBefore,
    work: existsSync(work) ? (await readdir(work)).length : 0,
  };
}

const untouched = { balance: 100, inFlight: 0, usage: 0, jobs: 0, entries: ['grant'], files: 0, work: 0 };

describe.each(doors)('through the $name', (door) => {
  const start = (more: object = {}) => door.call('generations.start', { ...good, ...more }, owner.key);

  describe('with a ledger that refuses the charge', () => {
    beforeEach(() =>
      ctx.db.execute(
        sql`alter table credit_entries add constraint broken check (kind <> 'charge') not valid`,
      ),
    );
    afterEach(() => ctx.db.execute(sql`alter table credit_entries drop constraint broken`));

    test('a start is CREDIT_DEDUCTION_FAILED and leaves nothing, not even its idempotency key used', async () => {
      const sent = { idempotency_key: 'ledger' };
      expect(await start(sent)).toMatchObject({ ok: false, code: 'CREDIT_DEDUCTION_FAILED' });
      expect(await traces()).toEqual(untouched);
      await ctx.db.execute(sql`alter table credit_entries drop constraint broken`);
      expect(await start(sent)).toMatchObject({ ok: true });
      await ctx.db.execute(
        sql`alter table credit_entries add constraint broken check (kind <> 'charge') not valid`,
      );
    });
  });

  describe('with an account that can’t be written', () => {
    beforeEach(() =>
      ctx.db.execute(sql`alter table accounts add constraint broken check (in_flight = 0) not valid`),
    );
    afterEach(() => ctx.db.execute(sql`alter table accounts drop constraint broken`));

    test('a start is CREDIT_DEDUCTION_FAILED and leaves nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'CREDIT_DEDUCTION_FAILED' });
      expect(await traces()).toEqual(untouched);
    });
  });

  describe('with a queue whose schema is gone', () => {
    beforeEach(() => ctx.db.execute(sql`alter schema queue rename to elsewhere`));
    afterEach(() => ctx.db.execute(sql`alter schema elsewhere rename to queue`));

    test('a start is JOB_QUEUE_FAILED and leaves nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'JOB_QUEUE_FAILED' });
      expect(await traces()).toEqual(untouched);
    });
  });

  describe('with a blob directory that can’t be written to', () => {
    // A file in the directory's place: it stops root too, whom permissions don't.
    const uploads = join(world.directory, 'blobs', 'uploads');
    beforeEach(async () => {
      await mkdir(uploads, { recursive: true });
      await rename(uploads, `${uploads}.aside`);
      await writeFile(uploads, '');
    });
    afterEach(async () => {
      await rm(uploads);
      await rename(`${uploads}.aside`, uploads);
    });

    test('an upload is UPLOAD_URL_FAILED and leaves nothing', async () => {
      const answer = await door.call('uploads.create', { filename: 'a.png' }, owner.key);
      expect(answer).toMatchObject({ ok: false, code: 'UPLOAD_URL_FAILED' });
      expect(await ctx.db.select().from(rows).where(eq(rows.accountId, owner.id))).toEqual([]);
    });
  });

  describe('with a disk that takes no inputs', () => {
    const inputs = join(world.directory, 'blobs', 'inputs');
    beforeEach(async () => {
      await rm(inputs, { recursive: true, force: true });
      await writeFile(inputs, '');
      filesBefore = 0;
    });
    afterEach(() => rm(inputs));

    test('a start is INTERNAL_ERROR and leaves nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
      expect(await traces()).toEqual(untouched);
    });
  });

  describe('with a table that is gone', () => {
    beforeEach(() => ctx.db.execute(sql`alter table generations rename to elsewhere`));
    afterEach(() => ctx.db.execute(sql`alter table elsewhere rename to generations`));

    test('everything is INTERNAL_ERROR, which says nothing of its cause; the log does', async () => {
      world.lines.length = 0;
      for (const [name, sent] of [
        ['generations.list', {}],
        ['generations.get', { id: 'swx_01m81xmw1be8avm27pxpegtb65' }],
        ['account.billing', undefined],
      ] as const) {
        const answer = await door.call(name, sent, owner.key);
        expect(answer).toMatchObject({
          ok: false,
          code: 'INTERNAL_ERROR',
          message: 'Something unexpected went wrong. Its cause is logged under the request id.',
        });
      }
      if (door.name === 'caller') return;
      const logged = world.lines.filter(({ level }) => level === 'error');
      expect(logged).toHaveLength(3);
      for (const { fields } of logged)
        expect(fields).toMatchObject({ requestId: expect.stringMatching(/^req_/) });
    });
  });
});
