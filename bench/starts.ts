/**
 * Starts of image jobs by ten clients on one account, against one-row inserts and against Drizzle statements one after
 * another with pg-boss's `send`; before and after 100,000 jobs are in the tables. Run: node bench/starts.ts
 */
import { startSequentially } from '../packages/core/scripts/sequential-start.ts';
import { median, reportFigures } from './tools/report.ts';
import { insertEndedJobs } from './tools/rows.ts';
import { openTestbed } from './tools/testbed.ts';

const clients = 10;
const rounds = 5;
const roundMs = 1500;

const testbed = await openTestbed();
const { sql } = testbed;
try {
  await sql`create table one_row (id bigint generated always as identity primary key, text text)`;
  const few = await measureStarts();
  await insertEndedJobs(sql, testbed.account, 100_000);
  const many = await measureStarts();
  reportFigures([
    {
      name: 'starts on one account, relative to one-row inserts',
      value: few.toInserts,
      bound: { atLeast: 0.04 },
    },
    {
      name: 'starts, relative to sequential Drizzle statements with boss.send',
      value: few.toSequential,
      bound: { atLeast: 2 },
    },
    {
      name: 'starts with 100,000 jobs, relative to without (each to inserts)',
      value: many.toInserts / few.toInserts,
      bound: { atLeast: 0.9 },
    },
  ]);
} finally {
  await testbed.close();
}

/** The rate of starts, relative to that of inserts and of sequential starts in the same round. */
async function measureStarts() {
  const toInserts: number[] = [];
  const toSequential: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const inserts = await measureRate(() => sql`insert into one_row (text) values ('a text')`);
    const sequential = await measureRate(() => startSequentially(testbed, testbed.account, testbed.upload));
    await clearQueue();
    const starts = await measureRate(testbed.startJob);
    await clearQueue();
    // The first round warms up.
    if (round === 0) continue;
    toInserts.push(starts / inserts);
    toSequential.push(starts / sequential);
    console.log(
      `inserts ${inserts.toFixed(0)}/s, sequential starts ${sequential.toFixed(0)}/s, starts ${starts.toFixed(0)}/s`,
    );
  }
  return { toInserts: median(toInserts), toSequential: median(toSequential) };
}

/** How often per second `clients` complete an action, each one at a time. */
async function measureRate(act: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  let completed = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < began + roundMs) {
        await act();
        completed += 1;
      }
    }),
  );
  return (completed / (performance.now() - began)) * 1000;
}

/** Takes the waiting jobs out of the queue, since no worker runs. */
async function clearQueue(): Promise<void> {
  await sql`delete from queue.job where name = 'render' and state = 'created'`;
  await sql`update accounts set in_flight = 0`;
  await sql`vacuum (analyze) queue.job_common, accounts`;
}
