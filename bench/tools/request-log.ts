import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../../packages/db/src/index.ts';
import { sendRequests, type Target } from './load.ts';
import { type Program, readCpuMs, runProgram } from './program.ts';
import { median } from './report.ts';
import { insertAccounts } from './rows.ts';

const connections = 10;
const warmupRounds = 3;
const rounds = 20;
const roundMs = 800;
/** Longer than rows of the request log wait to be written, so that each round pays for its own. */
const pauseMs = 400;

const cli = fileURLToPath(new URL('../../apps/server/src/cli.ts', import.meta.url));

/** Takes the request log out of a server that runs from its sources. */
const withoutLog = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const source = 'export const startRecord = () => ({}); export const finishRecord = () => {};';
  registerHooks({
    load: (url, context, next) =>
      url.endsWith('/pipeline/record.ts')
        ? { format: 'module', shortCircuit: true, source }
        : next(url, context),
  });`)}`;

/**
 * Measures two servers on one database, in turns, one of them without the request log. Compares what a request costs in CPU
 * time, of the server and of PostgreSQL, which is what limits the rate: rates themselves vary by more than the log costs.
 * @param job the path of a job to read, and the key of its account
 * @returns the cost with the log relative to that without: of GET of the job, and of POST /v1/uploads, the cheapest write
 */
export async function measureRequestLog(
  databaseUrl: string,
  dataDirectory: string,
  job: { readonly path: string; readonly key: string },
): Promise<{ get: number; post: number }> {
  const { sql, close } = connect(databaseUrl, { name: 'bench', statementTimeoutMs: 0 });
  const keys = await insertAccounts(sql, connections);
  const run = (...options: string[]) =>
    runProgram([...options, '--disable-warning=ExperimentalWarning', cli, 'serve', '--role', 'api'], {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      RESTAGE_DATA_DIR: dataDirectory,
      LOG_LEVEL: 'error',
    });
  const [logging, silent] = [await run(), await run('--import', withoutLog)];
  const toTargets = (server: typeof logging) => ({
    get: keys.map((): Target => ({ url: new URL(job.path, server.url), headers: { 'x-api-key': job.key } })),
    post: keys.map(
      (key): Target => ({
        url: new URL('/v1/uploads', server.url),
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: '{"filename":"a.png"}',
      }),
    ),
  });
  const servers = {
    logging: { program: logging, ...toTargets(logging) },
    silent: { program: silent, ...toTargets(silent) },
  };
  const readCpu = async (program: Program) => {
    const backends = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    const all = await Promise.all([program, ...backends].map(({ pid }) => readCpuMs(pid)));
    return all.reduce((sum, ms) => sum + ms, 0);
  };
  const measure = async (kind: 'get' | 'post', name: keyof typeof servers) => {
    const { program, [kind]: targets } = servers[name];
    // The rate limit keeps the last minute's writes, and grows slower with them.
    await sql`truncate rate_windows`;
    const before = await readCpu(program);
    const responses = await sendRequests(targets, roundMs);
    await sleep(pauseMs);
    return ((await readCpu(program)) - before) / responses;
  };
  try {
    const ratios: Record<'get' | 'post', number[]> = { get: [], post: [] };
    const logged: Record<'get' | 'post', number[]> = { get: [], post: [] };
    for (let round = 1; round <= warmupRounds + rounds; round += 1) {
      for (const kind of ['get', 'post'] as const) {
        // Each goes first every other time.
        const order = round % 2 === 0 ? (['logging', 'silent'] as const) : (['silent', 'logging'] as const);
        const costs = { logging: 0, silent: 0 };
        for (const name of order) costs[name] = await measure(kind, name);
        // The first rounds warm up.
        if (round <= warmupRounds) continue;
        ratios[kind].push(costs.logging / costs.silent);
        logged[kind].push(costs.logging);
      }
    }
    const [counted] = await sql<{ rows: number }[]>`select count(*)::int as rows from request_log`;
    if (!counted?.rows) throw new Error('no request was logged');
    console.log(
      `CPU with the request log: GET ${median(logged.get).toFixed(2)} ms, POST ${median(logged.post).toFixed(2)} ms; ${counted.rows} rows`,
    );
    return { get: median(ratios.get), post: median(ratios.post) };
  } finally {
    await Promise.all([logging.stop(), silent.stop(), close()]);
  }
}
