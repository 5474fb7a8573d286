/**
 * The account's usage of a month by day, over 100,000 jobs, against a bare count of the same jobs.
 * Run: node bench/usage.ts
 */
import { accountUsage } from '../packages/core/src/index.ts';
import { isFailure } from '../packages/errors/src/index.ts';
import { median, reportFigures } from './tools/report.ts';
import { insertEndedJobs } from './tools/rows.ts';
import { openTestbed } from './tools/testbed.ts';

const jobs = 100_000;
const rounds = 21;

const testbed = await openTestbed();
const { sql, account, accountCtx } = testbed;
try {
  await insertEndedJobs(sql, account, jobs);
  const now = new Date();
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth())).toISOString();
  const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  const counts: number[] = [];
  const usages: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const counting = await measureMs(
      () =>
        sql`select count(*) from generations where account_id = ${account} and created_at >= ${from} and created_at < ${to}`,
    );
    const [counted] = counting.result;
    const reading = await measureMs(() => accountUsage(accountCtx, { group_by: 'day', from, to }));
    if (isFailure(reading.result)) throw new Error(reading.result.message);
    const summed = reading.result.buckets.flatMap((bucket) => Object.values(bucket.jobs));
    const total = summed.reduce((sum, one) => sum + one, 0);
    if (total !== jobs || Number(counted?.count) !== jobs) throw new Error(`${total} jobs are summed`);
    // The first round warms up.
    if (round === 0) continue;
    counts.push(counting.ms);
    usages.push(reading.ms);
  }
  console.log(`usage ${median(usages).toFixed(1)} ms, bare count ${median(counts).toFixed(1)} ms`);
  reportFigures([
    {
      name: 'usage of a month by day with 100,000 jobs',
      value: median(usages),
      unit: ' ms',
      bound: { atMost: 50 },
    },
    {
      name: 'the same, relative to a bare count of the jobs',
      value: median(usages.map((ms, round) => ms / (counts[round] ?? Number.NaN))),
      bound: { atMost: 0.5 },
    },
  ]);
} finally {
  await testbed.close();
}

async function measureMs<T>(act: () => PromiseLike<T>): Promise<{ ms: number; result: T }> {
  const began = performance.now();
  const result = await act();
  return { ms: performance.now() - began, result };
}
