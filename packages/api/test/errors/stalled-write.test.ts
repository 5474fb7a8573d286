import { creditEntries, generations } from '@restage/db';
import { openTransports } from '@restage/testing/support';
import { count, eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({ work: false, settings: { writeTimeoutMs: 1000 } });
const { ctx, transports } = server;

const input = {
  generation_type: 'image',
  alpha_mode: 'fill',
  source_uri: `data:image/png;base64,${blackPng(64, 48).toString('base64')}`,
  prompt: 'a beach',
  idempotency_key: 'stalled',
};

describe.each(transports)('through the $name', (transport) => {
  test('a start that waits for a lock is answered with INTERNAL_ERROR, and when repeated is one job, charged once', async () => {
    const { id, key } = await server.account({ credits: 100 });
    const start = () => transport.call('generations.start', input, key);
    await ctx.db.transaction(async (other) => {
      await other.execute(sql`select from accounts where id = ${id} for update`);
      expect(await start()).toMatchObject({ ok: false, code: 'INTERNAL_ERROR' });
    });
    await expect.poll(start).toMatchObject({ ok: true, output: { status: 'in_queue' } });
    const rows = (table: typeof generations | typeof creditEntries) =>
      ctx.db.select({ count: count() }).from(table).where(eq(table.accountId, id));
    expect(await rows(generations)).toEqual([{ count: 1 }]);
    // The grant and the charge.
    expect(await rows(creditEntries)).toEqual([{ count: 2 }]);
  });
});
