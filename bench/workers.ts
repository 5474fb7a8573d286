/**
 * A backlog of jobs that take 100 ms each, rendered by two workers against one, with an engine that only sleeps and writes tiny files.
 * Run: node bench/workers.ts
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { changesChannel } from '../packages/core/src/changes.ts';
import { startRenderWorkers } from '../packages/core/src/index.ts';
import { tinyRender } from '../packages/core/test/support/tiny-render.ts';
import type { Engine } from '../packages/engine/src/engine.ts';
import { median, reportFigures } from './tools/report.ts';
import { openTestbed } from './tools/testbed.ts';

const rounds = 5;
const jobs = 20;
const renderMs = 100;

const sleepingEngine: Engine = {
  async render({ outputDirectory }) {
    const [rendered] = await Promise.all([tinyRender({ outputDirectory }), sleep(renderMs)]);
    return rendered;
  },
  close: async () => {},
};

const testbed = await openTestbed();
const { ctx, boss, sql } = testbed;
try {
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const one = await measureBacklog(1);
    const two = await measureBacklog(2);
    console.log(`${jobs} jobs: one worker ${one.toFixed(0)} ms, two workers ${two.toFixed(0)} ms`);
    // The first round warms up.
    if (round > 0) ratios.push(one / two);
  }
  reportFigures([
    {
      name: 'rate of two workers, relative to one worker',
      value: median(ratios),
      bound: { atLeast: 1.8 },
    },
  ]);
} finally {
  await testbed.close();
}

/** How long a backlog takes this many workers, from the first claim to the last completed job; milliseconds. */
async function measureBacklog(workers: number): Promise<number> {
  const ids = new Set<string>();
  while (ids.size < jobs) ids.add(await testbed.startJob());
  let firstClaim = Number.NaN;
  const done = Promise.withResolvers<number>();
  const listener = await sql.listen(changesChannel, (payload) => {
    const [id = '', status] = payload.split(' ');
    if (status === 'processing' && Number.isNaN(firstClaim)) firstClaim = performance.now();
    if (status === 'completed' && ids.delete(id) && ids.size === 0) done.resolve(performance.now());
    if (status === 'failed') done.reject(new Error(`job ${id} failed`));
  });
  const running = await startRenderWorkers({ ...ctx, engine: sleepingEngine }, boss, workers);
  const end = await done.promise;
  await running.stop(1000);
  await listener.unlisten();
  return end - firstClaim;
}
