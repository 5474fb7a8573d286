import type { Database } from '@restage/db';
import { inArray, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Rows of one statement, which then locks and writes little at a time. */
const batchRows = 5000;

/** Deletes the rows that meet a condition. @param key the primary key of their table @returns how many rows */
export async function deleteInBatches(db: Database, key: PgColumn, condition: SQL): Promise<number> {
  for (let deleted = 0; ; ) {
    const due = db.select({ key }).from(key.table).where(condition).limit(batchRows);
    const rows = await db.delete(key.table).where(inArray(key, due)).returning({ key });
    deleted += rows.length;
    if (rows.length < batchRows) return deleted;
  }
}
