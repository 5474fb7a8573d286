/**
 * Reads of a job over REST and tRPC against node:http with the same body and against Hono with one prepared select, and
 * over REST with few and with 100,000 jobs; and the bundled server's first answer and idle memory against a bare
 * node:http process. All in one run, in turns.
 * Run: node bench/http.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../packages/db/src/embedded/free-port.ts';
import { connect } from '../packages/db/src/index.ts';
import { cloneDatabase } from '../packages/db/src/testing/clone.ts';
import { startTestCluster } from '../packages/db/src/testing/cluster.ts';
import { makePng } from '../packages/media/src/testing/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { rate } from './tools/load.ts';
import { firstAnswer, residentMegabytes, runProgram } from './tools/program.ts';
import { median, report } from './tools/report.ts';
import { fillTables } from './tools/rows.ts';

type Rates = Record<'raw' | 'select' | 'rest' | 'many' | 'trpc', number[]>;

const rounds = 7;
const milliseconds = 1000;
const connections = 10;
const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const server = await bundle();
const cluster = await startTestCluster();
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
const startServer = (url: string, port = 0) =>
  runProgram([server, 'serve', '--role', 'api'], {
    PORT: String(port),
    DATABASE_URL: url,
    RESTAGE_DATA_DIR: directory,
    LOG_LEVEL: 'error',
  });
const bare = `require('node:http').createServer((_, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1', function () {
  console.log('on http://127.0.0.1:' + this.address().port) })`;

try {
  const few = await serveJob(0);
  const many = await serveJob(100_000);
  const body = await (await fetch(few.job, { headers: few.headers })).text();
  const raw = await runProgram([path('packages/api/scripts/baselines.ts'), 'raw'], { BODY: body });
  const select = await runProgram([path('packages/api/scripts/baselines.ts'), 'select'], {
    DATABASE_URL: few.database,
    ACCOUNT: few.account,
  });
  const input = encodeURIComponent(JSON.stringify({ json: { id: few.id } }));
  const asked = {
    raw: [new URL(raw.url), {}],
    select: [new URL(`${select.url}/jobs/${few.id}`), {}],
    rest: [few.job, few.headers],
    many: [many.job, many.headers],
    trpc: [new URL(`/trpc/generations.get?input=${input}`, few.job), few.headers],
  } as const;
  // What the servers remember of a key's limits is renewed after five seconds.
  await sleep(5500);

  const rates: Rates = { raw: [], select: [], rest: [], many: [], trpc: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of Object.keys(asked) as (keyof Rates)[]) {
      const [url, sent] = asked[name];
      const each = await rate(url, sent, connections, milliseconds);
      // The first round warms up.
      if (round > 0) rates[name].push(each);
    }
  }
  const over = (ours: keyof Rates, theirs: keyof Rates) =>
    median(rates[ours].map((each, round) => each / (rates[theirs][round] ?? Number.NaN)));
  const told = Object.entries(rates).map(([name, each]) => `${name} ${median(each).toFixed(0)}/s`);
  process.stdout.write(`${told.join(', ')}\n`);
  await Promise.all([few.stop(), many.stop(), raw.stop(), select.stop()]);

  const starts: Record<'theirs' | 'ours' | 'read' | 'memory', number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await watchStart((port) => runProgram(['-e', bare], { PORT: String(port) }), '/', {});
    const ours = await watchStart(
      (port) => startServer(many.database, port),
      many.job.pathname,
      many.headers,
    );
    starts.push({ theirs: theirs.first, ours: ours.first, read: ours.read, memory: ours.memory });
  }
  await Promise.all([few.drop(), many.drop()]);
  const middle = (name: keyof (typeof starts)[number]) => median(starts.map((each) => each[name]));
  process.stdout.write(
    `first answer ${middle('ours').toFixed(0)} ms, first job ${middle('read').toFixed(0)} ms, bare ${middle('theirs').toFixed(0)} ms\n`,
  );
  process.stdout.write(
    `a job asked for at the first answer, of a bare process’s answer: ${median(starts.map(({ read, theirs }) => read / theirs)).toFixed(2)} ×\n`,
  );
  report([
    { what: 'GET job over REST, of node:http', value: over('rest', 'raw'), bound: 0.18, kind: 'least' },
    {
      what: 'GET job over REST, of Hono and one prepared select',
      value: over('rest', 'select'),
      bound: 0.9,
      kind: 'least',
    },
    { what: 'GET job over tRPC, of node:http', value: over('trpc', 'raw'), bound: 0.12, kind: 'least' },
    {
      what: 'GET job over tRPC, of Hono and one prepared select',
      value: over('trpc', 'select'),
      bound: 0.6,
      kind: 'least',
    },
    {
      what: 'GET job over REST, with 100,000 jobs, of without',
      value: over('many', 'rest'),
      bound: 0.9,
      kind: 'least',
    },
    {
      what: 'bundled server’s first answer, of a bare process’s',
      value: median(starts.map(({ ours, theirs }) => ours / theirs)),
      bound: 2.5,
      kind: 'most',
      unit: ' ×',
    },
    {
      what: 'bundled server’s memory, idle',
      value: middle('memory'),
      bound: 100,
      kind: 'most',
      unit: ' MB',
    },
  ]);
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}

/** A server on a database of its own, with one job to ask for and so many more beside it. */
async function serveJob(more: number) {
  const database = await cloneDatabase(cluster.templateUrl);
  const server = await startServer(database.url);
  const headers = { 'x-api-key': /^rsk_\S+$/m.exec(server.out())?.[0] ?? '' };
  const posted = await fetch(`${server.url}/v1/switchx/generations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      generation_type: 'image',
      alpha_mode: 'fill',
      prompt: 'a beach',
      source_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
    }),
  });
  const { id } = (await posted.json()) as { id: string };
  const { sql, close } = connect(database.url, { name: 'bench', statementTimeout: 0 });
  // The limits are not what is measured.
  const [account] = await sql<{ id: string }[]>`update accounts set read_rpm = 500000 returning id`;
  if (more > 0) await fillTables(sql, account?.id ?? '', more);
  await close();
  return {
    id,
    job: new URL(`${server.url}/v1/switchx/generations/${id}`),
    headers,
    account: account?.id ?? '',
    database: database.url,
    stop: server.stop,
    drop: database.drop,
  };
}

/**
 * Milliseconds from a program's start to its first answer, which is whether it lives, and to that to a request which is
 * sent right then; and its MB of memory a second later.
 */
async function watchStart(
  start: (port: number) => ReturnType<typeof runProgram>,
  path: string,
  headers: HeadersInit,
) {
  const port = await freePort();
  const began = performance.now();
  const starting = start(port);
  const answered = async () => {
    const url = `http://127.0.0.1:${port}`;
    await firstAnswer(`${url}/healthz`);
    const first = performance.now() - began;
    const { status } = await fetch(url + path, { headers });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return { first, read: performance.now() - began };
  };
  const [program, times] = await Promise.all([starting, answered()]);
  await sleep(1000);
  const memory = await residentMegabytes(program.pid);
  await program.stop();
  return { ...times, memory };
}
