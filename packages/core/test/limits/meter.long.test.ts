import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@restage/db';
import { openTestServices } from '@restage/testing/support';
import { sql } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { meterWrite } from '../../src/index.ts';
import { asAccount } from '../support/kit.ts';

const windowSeconds = 2;
const limit = 40;
const windows = 5;

const server = await openTestServices({ settings: { rateWindowSeconds: windowSeconds } });
const { ctx } = server;
const second = connect(server.databaseUrl);
afterAll(() => second.close());

test('16 clients of two processes at five times the limit never exceed it in any window, and use all of it', async () => {
  const { id } = await server.account();
  // Every admission is written down where it happens, by the database's clock.
  await ctx.db.execute(sql`create table admissions (moment bigint not null)`);
  await ctx.db.execute(sql`
    create function note_admission() returns trigger language plpgsql as $$
    begin insert into admissions values (new.moments[array_upper(new.moments, 1)]); return new; end $$`);
  await ctx.db.execute(sql`
    create trigger note_admission after insert or update on rate_windows
    for each row execute function note_admission()`);

  const processes = [ctx, { ...ctx, db: second.db }];
  const pause = (windowSeconds * 1000 * 16) / (5 * limit);
  const until = Date.now() + windows * windowSeconds * 1000;
  let [asked, admitted] = [0, 0];
  await Promise.all(
    Array.from({ length: 16 }, async (_, client) => {
      const process = processes[client % 2] ?? ctx;
      const caller = {
        ...asAccount(process, id),
        account: { ...asAccount(process, id).account, writeRpm: limit },
      };
      await sleep((pause * client) / 16);
      for (let next = Date.now(); next < until; next += pause) {
        await sleep(Math.max(0, next - Date.now()));
        asked += 1;
        const refusal = await meterWrite(caller);
        if (!refusal) admitted += 1;
        else expect(refusal.retryAfter).toBeLessThanOrEqual(windowSeconds);
      }
    }),
  );
  const rows = await ctx.db.execute<{ moment: string }>(sql`select moment from admissions order by moment`);
  const moments = rows.map(({ moment }) => Number(moment));
  expect(moments).toHaveLength(admitted);
  expect(asked).toBeGreaterThan(4 * limit * windows);
  // Of any limit + 1 admissions in a row, the first has left the window when the last comes.
  const gaps = moments.slice(limit).map((moment, index) => moment - (moments[index] ?? moment));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(windowSeconds * 1000);
  const first = moments[0] ?? 0;
  const used = moments.filter((moment) => moment < first + windows * windowSeconds * 1000).length;
  expect(used / (limit * windows)).toBeGreaterThanOrEqual(0.99);
});
