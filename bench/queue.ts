/**
 * Starts, the way to a worker, and a backlog, against what PostgreSQL and the clock allow; before and after 100,000
 * jobs are in the tables. Everything is the product's own except the engine, which only waits. Run: node bench/queue.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../apps/server/src/logger.ts';
import { createContext, createServices } from '../apps/server/src/services.ts';
import { readSettings } from '../apps/server/src/settings.ts';
import { ShutdownStack } from '../apps/server/src/shutdown-stack.ts';
import { changesChannel } from '../packages/core/src/changes.ts';
import {
  type AccountContext,
  createAccount,
  createUpload,
  receiveUpload,
  startGeneration,
  workOnRenders,
} from '../packages/core/src/index.ts';
import { tinyRender } from '../packages/core/src/testing/tiny.ts';
import { connect } from '../packages/db/src/index.ts';
import { startTestCluster } from '../packages/db/src/testing/cluster.ts';
import type { Engine } from '../packages/engine/src/engine.ts';
import { isFailure } from '../packages/errors/src/index.ts';
import { makePng } from '../packages/media/src/testing/index.ts';
import { median, quantile, report } from './tools/report.ts';
import { fillTables } from './tools/rows.ts';

const clients = 10;
const rounds = 5;
const milliseconds = 1500;

// Durable as in production: what a commit costs, both sides of a comparison pay.
const cluster = await startTestCluster({ durable: true });
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
const log = createLogger('error');
const releases = new ShutdownStack(log);
const settings = readSettings({ DATABASE_URL: cluster.templateUrl, RESTAGE_DATA_DIR: directory });
if (isFailure(settings)) throw new Error(settings.message);
const connection = connect(cluster.templateUrl, { statementTimeout: 0 });
const { sql } = connection;
releases.add('database', connection.close);
const services = await createServices({
  settings,
  directory,
  database: connection,
  log,
  bundle: {},
  shutdown: releases,
});
const { queue } = services;
const world = createContext(services, 'http://bench');

/** When each job was first told to be in each state, as PostgreSQL's notifications have it. */
const told = new Map<string, number>();
/** What goes on once a job is told to be in a state. */
const awaited = new Map<string, () => void>();

const accounts = await Promise.all(
  Array.from({ length: 100 }, (_, index) =>
    createAccount(world, { email: `${index}@example.com`, credits: 100_000_000 }),
  ),
);
/** Each account's footage, uploaded beforehand. */
const sources = await Promise.all(
  accounts.map(async ({ id }) => {
    const upload = await createUpload(as(id), { filename: 'source.png' });
    if (isFailure(upload)) throw new Error(upload.message);
    const received = await receiveUpload(world, upload.id, arriving(), AbortSignal.timeout(60_000));
    if (isFailure(received)) throw new Error(received.message);
    return upload.beeble_uri;
  }),
);
await sql`create table marks (id bigint generated always as identity primary key, mark text)`;

try {
  const few = await measure();
  const [first] = accounts;
  await fillTables(sql, first?.id ?? '', 100_000);
  const many = await measure();
  report([
    { what: 'starts on one account, of one-row inserts', value: few.one, bound: 0.06, kind: 'least' },
    {
      what: 'starts on a hundred accounts, of one-row inserts',
      value: few.hundred,
      bound: 0.1,
      kind: 'least',
    },
    {
      what: 'from a start’s commit to its worker’s claim, p95',
      value: few.latency,
      bound: 10,
      kind: 'most',
      unit: ' ms',
    },
    {
      what: '40 jobs of 50 ms on 2 workers, of the ideal',
      value: few.backlog,
      bound: 1.15,
      kind: 'most',
      unit: ' ×',
    },
    {
      what: 'with 100,000 jobs: starts on a hundred accounts, of without',
      value: many.hundred / few.hundred,
      bound: 0.9,
      kind: 'least',
    },
    {
      what: 'with 100,000 jobs: p95 to the worker',
      value: many.latency,
      bound: 10,
      kind: 'most',
      unit: ' ms',
    },
    {
      what: 'with 100,000 jobs: the backlog, of without',
      value: many.backlog / few.backlog,
      bound: 1.1,
      kind: 'most',
      unit: ' ×',
    },
  ]);
} finally {
  await releases.run();
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Everything that is measured, once. */
async function measure() {
  const ones: number[] = [];
  const hundreds: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const inserts = await rate(async () => void (await sql`insert into marks (mark) values ('a mark')`));
    const one = await rate(() => start(0));
    await forget();
    const hundred = await rate((turn) => start(turn % accounts.length));
    await forget();
    // The first round warms up.
    if (round === 0) continue;
    ones.push(one / inserts);
    hundreds.push(hundred / inserts);
    process.stdout.write(
      `inserts ${inserts.toFixed(0)}/s, starts on one account ${one.toFixed(0)}/s, on a hundred ${hundred.toFixed(0)}/s\n`,
    );
  }
  // Thousands of rows were thrown away, and no server is left with that for more than a minute.
  await sql`vacuum (analyze) queue.job_common, accounts`;
  // Only now, for whoever listens is woken by every start.
  const ear = await sql.listen(changesChannel, (payload) => {
    if (!told.has(payload)) told.set(payload, performance.now());
    awaited.get(payload)?.();
  });
  const [latencies, backlogs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    latencies.push(await latency());
    backlogs.push(await backlog());
  }
  const listed = (figures: number[]) => figures.map((each) => each.toFixed(2)).join(', ');
  process.stdout.write(`p95 to the worker ${listed(latencies)} ms; backlogs ${listed(backlogs)} ×\n`);
  await ear.unlisten();
  return {
    one: median(ones),
    hundred: median(hundreds),
    latency: median(latencies),
    backlog: median(backlogs),
  };
}

/** How often `clients` get through with something in a second. */
async function rate(act: (turn: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let turn = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < began + milliseconds) await act(turn++);
    }),
  );
  return (turn / (performance.now() - began)) * 1000;
}

async function* arriving(): AsyncGenerator<Uint8Array> {
  yield makePng(8, 8);
}

/** The world as one account has it. */
function as(id: string): AccountContext {
  return {
    ...world,
    account: { id, mode: 'live', writeRpm: 1, readRpm: 1, concurrency: 1_000_000 },
    reply: { replayed: false },
    attachments: new Map(),
  };
}

/** Starts a job on one of the accounts. @returns its id */
async function start(account: number): Promise<string> {
  const job = await startGeneration(as(accounts[account % accounts.length]?.id ?? ''), {
    generation_type: 'image',
    alpha_mode: 'fill',
    max_resolution: 720,
    source_uri: sources[account % accounts.length] ?? '',
    prompt: 'a beach',
  });
  if (isFailure(job)) throw new Error(job.message);
  return job.id;
}

/** Takes the jobs that wait out of the queue, which no one works on. */
async function forget(): Promise<void> {
  await sql`delete from queue.job where name = 'render' and state = 'created'`;
  await sql`update accounts set in_flight = 0`;
  await sql`analyze`;
}

/** Milliseconds from the moment that a start is answered until its job is told to be with a worker: the 95th of 100. */
async function latency(): Promise<number> {
  const work = await workOnRenders({ ...world, engine: idle(0) }, queue.boss, 2);
  const waits: number[] = [];
  for (let index = 0; index < 100; index += 1) {
    const id = await start(index);
    const answered = performance.now();
    await untilTold(`${id} completed`);
    waits.push(Math.max(0, (told.get(`${id} processing`) ?? Number.NaN) - answered));
    await sleep(10);
  }
  await work.stop(1000);
  return quantile(waits, 0.95);
}

/** How long 40 jobs of 50 ms take two workers, of the second that they would need without anything between. */
async function backlog(): Promise<number> {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => start(index)));
  const work = await workOnRenders({ ...world, engine: idle(50) }, queue.boss, 2);
  await Promise.all(ids.map((id) => untilTold(`${id} completed`)));
  await work.stop(1000);
  const times = (state: string) => ids.map((id) => told.get(`${id} ${state}`) ?? Number.NaN);
  return (Math.max(...times('completed')) - Math.min(...times('processing'))) / 1000;
}

/** Waits until something is told. It doesn't look again and again, for the workers share this process. */
async function untilTold(what: string): Promise<void> {
  if (told.has(what)) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`never told: ${what}`)), 60_000);
    awaited.set(what, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** An engine that takes its time, and writes three tiny files in it. */
function idle(takes: number): Engine {
  return {
    async render({ outputDirectory }) {
      const [rendered] = await Promise.all([tinyRender({ outputDirectory }), sleep(takes)]);
      return rendered;
    },
    close: async () => {},
  };
}
