import { setTimeout as sleep } from 'node:timers/promises';
import { makePng } from '../../packages/media/test/support/index.ts';
import { bundle } from '../../scripts/bundle.ts';
import { sendRequests, type Target } from '../tools/load.ts';
import { runProgram } from '../tools/program.ts';
import { insertAccounts } from '../tools/rows.ts';
import type { openTestbed } from '../tools/testbed.ts';
import { readFamilyCpuMs } from './cpu.ts';
import { runBacklog, startFleet } from './fleet.ts';
import { startCountingProxy } from './traffic.ts';

const accounts = 4;
const loadMs = 4000;
const idleMs = 10_000;
const jobs = 60;

/** Prints what a start, a read and a job without its render cost, and what an idle process costs. */
export async function measureCosts(
  testbed: Awaited<ReturnType<typeof openTestbed>>,
  postmaster: number,
): Promise<void> {
  const { sql, directory } = testbed;
  const proxy = await startCountingProxy(testbed.url);
  const readWal = async () => {
    const [row] = await sql<
      { bytes: string }[]
    >`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bytes`;
    return Number(row?.bytes);
  };
  /** Prints what something costs each time that `act` does it. `act` returns how often it has. */
  const measure = async (name: string, pids: readonly number[], act: () => Promise<number>) => {
    const readAll = async () => ({
      ...proxy.read(),
      wal: await readWal(),
      server: await readFamilyCpuMs(...pids),
      database: await readFamilyCpuMs(postmaster),
      at: performance.now(),
    });
    const before = await readAll();
    const times = await act();
    const after = await readAll();
    const perTime = (key: keyof typeof before, digits = 1) =>
      ((after[key] - before[key]) / times).toFixed(digits);
    const rate = (times / (after.at - before.at)) * 1000;
    console.log(
      `${name}: ${perTime('statements')} statements, ${perTime('bytes', 0)} bytes to and from PostgreSQL, ` +
        `${perTime('wal', 0)} bytes of WAL, CPU ${perTime('server', 2)} ms of the server and ${perTime('database', 2)} ms of PostgreSQL ` +
        `(${rate.toFixed(1)}/s; ${proxy.connections()} connections)`,
    );
  };
  /** @returns how many seconds have passed */
  const idle = async () => {
    await sleep(idleMs);
    return idleMs / 1000;
  };

  const keys = await insertAccounts(sql, accounts);
  await sql`update accounts set balance = 1000000000, concurrency = 10000`;
  const api = await runProgram([await bundle(), 'serve', '--role', 'api'], {
    PORT: '0',
    DATABASE_URL: proxy.url,
    RESTAGE_DATA_DIR: directory,
    LOG_LEVEL: 'error',
  });
  const body = JSON.stringify({
    generation_type: 'image',
    alpha_mode: 'fill',
    prompt: 'a beach',
    source_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
  });
  const url = new URL('/v1/switchx/generations', api.url);
  const starts = keys.map((key): Target => ({ url, headers: { 'x-api-key': key }, body }));
  const key = keys[0] ?? '';
  const started = await fetch(url, { method: 'POST', headers: { 'x-api-key': key }, body });
  const { id } = (await started.json()) as { id: string };
  const reads = Array<Target>(10).fill({ url: new URL(`${url}/${id}`), headers: { 'x-api-key': key } });
  await Promise.all([sendRequests(starts, 1000), sendRequests(reads, 1000)]);
  await measure('a second of an idle api', [api.pid], idle);
  await measure('a start, four accounts at once', [api.pid], () => sendRequests(starts, loadMs));
  await measure('a start, one account', [api.pid], () =>
    sendRequests(Array<Target>(accounts).fill(starts[0] as Target), loadMs),
  );
  await measure('a read, ten connections', [api.pid], () => sendRequests(reads, loadMs));
  await api.stop();

  await sql`update generations set status = 'cancelled' where status = 'in_queue'`;
  await sql`delete from queue.job where name = 'render'`;
  await sql`update accounts set in_flight = 0`;
  const fleet = await startFleet({ url: proxy.url, directory }, 1, 'waiting');
  await runBacklog(testbed, fleet, postmaster, 10, () => testbed.startJob('wait 0'));
  await measure('a second of an idle worker', fleet.pids, idle);
  await measure(
    'a job after its start, without its render (PostgreSQL with its start)',
    fleet.pids,
    async () => {
      await runBacklog(testbed, fleet, postmaster, jobs, () => testbed.startJob('wait 0'));
      return jobs;
    },
  );
  await fleet.stop();
  await proxy.close();
}
