/**
 * Reads of a job over REST and tRPC, against Hono with one prepared select; over REST with 100,000 jobs and as many logged
 * requests in the tables, against the same without; and what the request log costs. Run: node bench/http.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../packages/db/src/index.ts';
import { cloneDatabase } from '../packages/db/test/support/clone.ts';
import { startTestCluster } from '../packages/db/test/support/cluster.ts';
import { makePng } from '../packages/media/test/support/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { measureRate } from './tools/load.ts';
import { getFirstKey, runProgram } from './tools/program.ts';
import { median, reportFigures } from './tools/report.ts';
import { measureRequestLog } from './tools/request-log.ts';
import { insertEndedJobs, insertLoggedRequests } from './tools/rows.ts';

const rounds = 7;
const roundMs = 1000;
const connections = 10;

const server = await bundle();
const cluster = await startTestCluster();
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));

try {
  const few = await serveJob(0);
  const many = await serveJob(100_000);
  const baseline = await runProgram(
    [fileURLToPath(new URL('../packages/api/scripts/select-baseline.ts', import.meta.url))],
    { DATABASE_URL: few.databaseUrl, ACCOUNT: few.account },
  );
  const input = encodeURIComponent(JSON.stringify({ json: { id: few.id } }));
  const targets = {
    select: { url: new URL(`${baseline.url}/jobs/${few.id}`), headers: {} },
    rest: { url: few.jobUrl, headers: few.headers },
    many: { url: many.jobUrl, headers: many.headers },
    trpc: { url: new URL(`/trpc/generations.get?input=${input}`, few.jobUrl), headers: few.headers },
  } as const;
  // The servers keep a key's limits for five seconds.
  await sleep(5500);

  const names = Object.keys(targets) as (keyof typeof targets)[];
  const rates: Record<keyof typeof targets, number[]> = { select: [], rest: [], many: [], trpc: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const rate = await measureRate(Array(connections).fill(targets[name]), roundMs);
      // The first round warms up.
      if (round > 0) rates[name].push(rate);
    }
  }
  await Promise.all([few.stop(), many.stop(), baseline.stop()]);
  const log = await measureRequestLog(few.databaseUrl, directory, {
    path: few.jobUrl.pathname,
    key: few.headers['x-api-key'],
  });
  console.log(names.map((name) => `${name} ${median(rates[name]).toFixed(0)}/s`).join(', '));
  const compare = (one: keyof typeof targets, other: keyof typeof targets) =>
    median(rates[one].map((rate, round) => rate / (rates[other][round] ?? Number.NaN)));
  reportFigures([
    {
      name: 'GET job over REST, relative to Hono and one prepared select',
      value: compare('rest', 'select'),
      bound: { atLeast: 0.9 },
    },
    {
      name: 'GET job over tRPC, relative to Hono and one prepared select',
      value: compare('trpc', 'select'),
      bound: { atLeast: 0.6 },
    },
    {
      name: 'GET job over REST with 100,000 jobs and logged requests, relative to without',
      value: compare('many', 'rest'),
      bound: { atLeast: 0.9 },
    },
    {
      name: 'CPU time of GET job with the request log, relative to without',
      value: log.get,
      bound: { atMost: 1.05 },
    },
    {
      name: 'CPU time of POST upload with the request log, relative to without',
      value: log.post,
      bound: { atMost: 1.05 },
    },
  ]);
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Starts a server on a database of its own, with one job to read, and this many others and logged requests. */
async function serveJob(others: number) {
  const database = await cloneDatabase(cluster.templateUrl);
  const program = await runProgram([server, 'serve', '--role', 'api'], {
    PORT: '0',
    DATABASE_URL: database.url,
    RESTAGE_DATA_DIR: directory,
    LOG_LEVEL: 'error',
  });
  const headers = { 'x-api-key': getFirstKey(program) };
  const response = await fetch(`${program.url}/v1/switchx/generations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      generation_type: 'image',
      alpha_mode: 'fill',
      prompt: 'a beach',
      source_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
    }),
  });
  const { id } = (await response.json()) as { id: string };
  const { sql, close } = connect(database.url, { name: 'bench', statementTimeoutMs: 0 });
  // The rate limit is not what is measured.
  const [row] = await sql<{ id: string }[]>`update accounts set read_rpm = 500000 returning id`;
  const account = row?.id ?? '';
  if (others > 0) {
    await insertEndedJobs(sql, account, others);
    await insertLoggedRequests(sql, account, others);
  }
  await close();
  return {
    id,
    jobUrl: new URL(`${program.url}/v1/switchx/generations/${id}`),
    headers,
    account,
    databaseUrl: database.url,
    stop: program.stop,
  };
}
