import { webcrypto } from 'node:crypto';
import { newId } from '@restage/contract';
import { accounts, creditEntries, type Database, generationEvents, generations, uploads } from '@restage/db';
import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { PgBoss } from 'pg-boss';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';

/**
 * What the bench compares a start with: the same rows, written by Drizzle statements that wait for one another, and the
 * queue entry by pg-boss's `send`, in one transaction.
 */
export async function startSequentially(
  { db, boss }: { readonly db: Database; readonly boss: PgBoss },
  accountId: string,
  uploadId: string,
): Promise<void> {
  const id = newId('generation', Date.now(), (bytes) => webcrypto.getRandomValues(bytes));
  const cost = 1;
  await db.transaction(async (tx) => {
    const [upload] = await tx
      .select()
      .from(uploads)
      .where(and(eq(uploads.id, uploadId), eq(uploads.accountId, accountId)));
    if (!upload) throw new Error(`there is no upload ${uploadId}`);
    const charged = await tx
      .update(accounts)
      .set({ balance: sql`${accounts.balance} - ${cost}`, inFlight: sql`${accounts.inFlight} + 1` })
      .where(
        and(eq(accounts.id, accountId), gte(accounts.balance, cost), lt(accounts.inFlight, 1_000_000_000)),
      )
      .returning({ inFlight: accounts.inFlight });
    if (charged.length === 0) throw new Error(`account ${accountId} can't be charged`);
    await tx.update(uploads).set({ usedAt: new Date() }).where(eq(uploads.id, uploadId));
    await tx.insert(generations).values({
      id,
      accountId,
      generationType: 'image',
      alphaMode: 'fill',
      maxResolution: 720,
      prompt: 'a beach',
      seed: 1,
      inputs: { source: { kind: 'blob', key: `uploads/${uploadId}` } },
      width: 8,
      height: 8,
      frames: 1,
      cost,
      fingerprint: {},
    });
    await tx.insert(generationEvents).values({ generationId: id, status: 'in_queue', progress: 0 });
    await tx.insert(creditEntries).values({
      accountId,
      generationId: id,
      kind: 'charge',
      credits: -cost,
      meter: 'api_image_720p',
    });
    await boss.send('render', { generationId: id }, { db: fromDrizzle(tx, sql) });
  });
}
