import { getMeterId } from '@restage/contract';
import { accounts, creditEntries } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Generation } from '../generations/row.ts';
import { getBillingPeriod } from './period.ts';

/**
 * The SQL that gives credits back for a job that has ended, and takes it off the account's jobs in flight. It is for a
 * statement whose part `updated` holds the job's row, or no row.
 * @param refund credits; 0 for a job that completed
 */
export function refundSql(
  { generationType, maxResolution, createdAt }: Generation,
  refund: number,
  now: Date,
): SQL[] {
  // Usage falls only if the account still counts the month in which the job was charged.
  const chargedIn = getBillingPeriod(createdAt.getTime());
  return [
    sql`
      insert into ${creditEntries} (account_id, generation_id, kind, credits, meter, created_at)
      select account_id, id, 'refund', ${refund}::integer, ${getMeterId(generationType, maxResolution)},
        ${now.toISOString()}::timestamptz
      from updated where ${refund}::integer > 0`,
    sql`
      update ${accounts} set in_flight = in_flight - 1, balance = balance + ${refund}::integer,
        period_usage = period_usage - case when period = ${chargedIn}::date then ${refund}::integer else 0 end
      where id = (select account_id from updated)`,
  ];
}
