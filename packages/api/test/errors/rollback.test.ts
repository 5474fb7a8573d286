import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accounts, creditEntries, generations, uploads } from '@restage/db';
import { openTransports } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({ work: false });
const { ctx, transports } = server;
const source_uri = `data:image/png;base64,${blackPng(64, 48).toString('base64')}`;
const validInput = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };

let owner: { id: string; key: string };
let filesBefore = 0;
beforeEach(async () => {
  owner = await server.account({ credits: 100 });
  filesBefore = await countFiles();
});

/** Counts the input files of all accounts in the blob store. */
async function countFiles(): Promise<number> {
  const inputs = join(server.directory, 'blobs', 'inputs');
  const paths = lstatSync(inputs, { throwIfNoEntry: false })?.isDirectory()
    ? await readdir(inputs, { recursive: true, withFileTypes: true })
    : [];
  return paths.filter((path) => path.isFile()).length;
}

/** Reads all state of the account: balance, jobs, ledger entries and files. */
async function readState() {
  const work = join(server.directory, 'work');
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

const unchanged = { balance: 100, inFlight: 0, usage: 0, jobs: 0, entries: ['grant'], files: 0, work: 0 };

describe.each(transports)('through the $name', (transport) => {
  const start = (fields: object = {}) =>
    transport.call('generations.start', { ...validInput, ...fields }, owner.key);

  describe('if the ledger rejects the charge', () => {
    beforeEach(() =>
      ctx.db.execute(
        sql`alter table credit_entries add constraint broken check (kind <> 'charge') not valid`,
      ),
    );
    afterEach(() => ctx.db.execute(sql`alter table credit_entries drop constraint broken`));

    test('generations.start fails with CREDIT_DEDUCTION_FAILED, and a retry with the same idempotency key succeeds', async () => {
      const sent = { idempotency_key: 'ledger' };
      expect(await start(sent)).toMatchObject({ ok: false, code: 'CREDIT_DEDUCTION_FAILED' });
      expect(await readState()).toEqual(unchanged);
      await ctx.db.execute(sql`alter table credit_entries drop constraint broken`);
      expect(await start(sent)).toMatchObject({ ok: true });
      await ctx.db.execute(
        sql`alter table credit_entries add constraint broken check (kind <> 'charge') not valid`,
      );
    });
  });

  describe('if the account can’t be updated', () => {
    beforeEach(() =>
      ctx.db.execute(sql`alter table accounts add constraint broken check (in_flight = 0) not valid`),
    );
    afterEach(() => ctx.db.execute(sql`alter table accounts drop constraint broken`));

    test('generations.start fails with CREDIT_DEDUCTION_FAILED, and changes nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'CREDIT_DEDUCTION_FAILED' });
      expect(await readState()).toEqual(unchanged);
    });
  });

  describe('if the queue has no schema', () => {
    beforeEach(() => ctx.db.execute(sql`alter schema queue rename to renamed`));
    afterEach(() => ctx.db.execute(sql`alter schema renamed rename to queue`));

    test('generations.start fails with JOB_QUEUE_FAILED, and changes nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'JOB_QUEUE_FAILED' });
      expect(await readState()).toEqual(unchanged);
    });
  });

  describe('if the upload directory is not writable', () => {
    // A file in place of the directory. Permissions would not stop root.
    const uploadDirectory = join(server.directory, 'blobs', 'uploads');
    beforeEach(async () => {
      await mkdir(uploadDirectory, { recursive: true });
      await rename(uploadDirectory, `${uploadDirectory}.aside`);
      await writeFile(uploadDirectory, '');
    });
    afterEach(async () => {
      await rm(uploadDirectory);
      await rename(`${uploadDirectory}.aside`, uploadDirectory);
    });

    test('uploads.create fails with UPLOAD_URL_FAILED, and creates no upload', async () => {
      const response = await transport.call('uploads.create', { filename: 'a.png' }, owner.key);
      expect(response).toMatchObject({ ok: false, code: 'UPLOAD_URL_FAILED' });
      expect(await ctx.db.select().from(uploads).where(eq(uploads.accountId, owner.id))).toEqual([]);
    });
  });

  describe('if the input directory is not writable', () => {
    const inputs = join(server.directory, 'blobs', 'inputs');
    beforeEach(async () => {
      await rm(inputs, { recursive: true, force: true });
      await writeFile(inputs, '');
      filesBefore = 0;
    });
    afterEach(() => rm(inputs));

    test('generations.start fails with INTERNAL_ERROR, and changes nothing', async () => {
      expect(await start()).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
      expect(await readState()).toEqual(unchanged);
    });
  });

  describe('if a table is missing', () => {
    beforeEach(() => ctx.db.execute(sql`alter table generations rename to renamed`));
    afterEach(() => ctx.db.execute(sql`alter table renamed rename to generations`));

    test('procedures fail with INTERNAL_ERROR, and only the log has the cause', async () => {
      server.lines.length = 0;
      for (const [name, sent] of [
        ['generations.list', {}],
        ['generations.get', { id: 'swx_01m81xmw1be8avm27pxpegtb65' }],
        ['account.billing', undefined],
      ] as const) {
        const response = await transport.call(name, sent, owner.key);
        expect(response).toMatchObject({
          ok: false,
          code: 'INTERNAL_ERROR',
          message: 'An unexpected error occurred. The server has logged its cause with the request id.',
        });
      }
      if (transport.name === 'caller') return;
      const logged = server.lines.filter(({ level }) => level === 'error');
      expect(logged).toHaveLength(3);
      for (const { fields } of logged)
        expect(fields).toMatchObject({ requestId: expect.stringMatching(/^req_/) });
    });
  });
});
