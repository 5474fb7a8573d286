import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { getMeterId, newId } from '@restage/contract';
import { accounts, connect, creditEntries, generations } from '@restage/db';
import { findEmbedded } from '@restage/db/embedded';
import { inArray } from 'drizzle-orm';

const dayMs = 86_400_000;

/** How many jobs ended on a day, by kind: a week with ups and downs. */
const week = [5, 9, 7, 12, 8, 3, 2];

/**
 * Writes the jobs of the 60 days before today into the database of a server, and what they were charged.
 * @param dataDirectory the server's
 */
export async function seedHistory(dataDirectory: string): Promise<void> {
  const found = await findEmbedded(join(dataDirectory, 'postgres'));
  if (!found) throw new Error(`No database runs in ${dataDirectory}.`);
  const connection = connect(found.url);
  try {
    const { db } = connection;
    const [account] = await db.select().from(accounts);
    if (!account) throw new Error('The server has no account.');
    const jobs = createJobs(account.id, Date.now());
    await db.transaction(async (transaction) => {
      await transaction
        .insert(generations)
        .values(jobs.map((job) => ({ ...job, status: 'processing' as const })));
      await transaction.insert(creditEntries).values(jobs.flatMap(toEntries));
      // Ended by an update, as jobs are: that is when they count as usage.
      for (const [status, ended] of Map.groupBy(jobs, (job) => job.status)) {
        const ids = ended.map(({ id }) => id);
        await transaction.update(generations).set({ status }).where(inArray(generations.id, ids));
      }
    });
  } finally {
    await connection.close();
  }
}

type NewJob = typeof generations.$inferInsert & {
  status: 'completed' | 'failed' | 'cancelled';
  createdAt: Date;
};

function createJobs(accountId: string, now: number): NewJob[] {
  const today = Math.floor(now / dayMs) * dayMs;
  return Array.from({ length: 60 }, (_, index) => 60 - index).flatMap((daysAgo) => {
    const count = week[daysAgo % 7] ?? 0;
    return Array.from({ length: count }, (_, nth): NewJob => {
      const at = new Date(today - daysAgo * dayMs + ((nth + 1) * dayMs) / (count + 1));
      const generationType = nth % 3 === 0 ? 'video' : 'image';
      const maxResolution = (nth + daysAgo) % 2 === 0 ? 1080 : 720;
      const status = nth === 4 ? 'failed' : nth === 8 ? 'cancelled' : 'completed';
      return {
        id: newId('generation', at.getTime(), (bytes) => randomFillSync(bytes)),
        accountId,
        status,
        progress: status === 'completed' ? 100 : 40,
        generationType,
        alphaMode: 'auto',
        maxResolution,
        prompt: 'moonlit forest',
        seed: nth,
        inputs: { source: { kind: 'https', url: 'https://example.com/source.jpg' } },
        outputs: null,
        width: 1280,
        height: 720,
        frames: generationType === 'video' ? 60 : 1,
        cost: generationType === 'video' ? (maxResolution === 1080 ? 20 : 6) : maxResolution === 1080 ? 3 : 1,
        fingerprint: {},
        error: status === 'failed' ? 'The source could not be decoded.' : null,
        createdAt: at,
        modifiedAt: at,
        completedAt: at,
        sweptAt: at,
      };
    });
  });
}

/** The charge of a job, and the refund of one that did not complete. */
function toEntries(job: NewJob): (typeof creditEntries.$inferInsert)[] {
  const { accountId, id: generationId, createdAt, cost, status } = job;
  const meter = getMeterId(job.generationType, job.maxResolution);
  const entry = { accountId, generationId, meter, createdAt };
  const charge = { ...entry, kind: 'charge', credits: -cost } as const;
  return status === 'completed' ? [charge] : [charge, { ...entry, kind: 'refund', credits: cost } as const];
}
