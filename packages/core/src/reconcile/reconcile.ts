import type { OperatorContext } from '../context.ts';
import { findMissingBlobs } from './blobs.ts';
import { checks } from './checks.ts';
import type { Finding } from './finding.ts';

/** The columns that every check's query returns. */
interface Row extends Record<string, unknown> {
  readonly account_id: string;
  readonly generation_id: string | null;
  readonly found: string;
  readonly expected: string;
}

/**
 * Checks every invariant between ledger, jobs, queue and blob store, and reports violations. Writes nothing. Reads the
 * database in one snapshot, so it works under load.
 */
export async function reconcile(ctx: OperatorContext): Promise<Finding[]> {
  const findings = await ctx.db.transaction(
    async (db) => {
      const found: Finding[] = [];
      for (const [name, check] of Object.entries(checks)) {
        for (const row of await db.execute<Row>(check.query)) {
          found.push({
            check: name as keyof typeof checks,
            accountId: row.account_id,
            generationId: row.generation_id,
            message: check.describe(row.found, row.expected),
          });
        }
      }
      return found;
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
  return [...findings, ...(await findMissingBlobs(ctx))];
}
