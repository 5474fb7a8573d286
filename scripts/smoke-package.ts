/**
 * Uses @restage/server as its users do: packs it, installs the tarball with npm in an empty folder, runs `npx @restage/server`,
 * starts a job with the call that it prints, and stops it as Ctrl-C does. As root it does so twice: as root in a folder that
 * only root can enter, and as an ordinary user. Run: pnpm smoke:package
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildConsoleIfStale } from '../apps/console/build/build.ts';
import { buildServer } from '../apps/server/build/build.ts';
import { freePort } from '../packages/db/src/embedded/process/free-port.ts';
import { pack } from '../packages/sdk/build/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'restage-package-'));
chmodSync(directory, 0o755);

/** Who installs and runs the package; without a user, this process's own. */
interface Run {
  readonly name: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Whether npm runs the install scripts of dependencies. Newer versions of npm don't. */
  readonly hasInstallScripts: boolean;
}

const runs: Run[] =
  process.geteuid?.() === 0
    ? [
        { name: 'root', hasInstallScripts: false },
        { name: 'user', user: findUser('restage-ci'), hasInstallScripts: true },
      ]
    : [{ name: 'user', hasInstallScripts: false }];

/** The ids of a system user, which is created if it doesn't exist. */
function findUser(name: string) {
  const id = (option: string) =>
    Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    id('-u');
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--shell', '/bin/bash', name]);
  }
  return { uid: id('-u'), gid: id('-g') };
}

/** An environment without this run's own npm and pnpm: only how the network is reached, and the Node that runs this. */
function createEnv(folder: string): Record<string, string> {
  const inherited =
    /^(?:npm_config_(?:registry|cafile|proxy|https_proxy|noproxy)|(?:https?|no)_proxy|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS|LANG)$/i;
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return {
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        inherited.test(name) && value ? [[name, value]] : [],
      ),
    ),
    PATH: [dirname(process.execPath), ...paths].join(delimiter),
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    // The install script of node-av would fetch an ffmpeg program, which nothing uses.
    SKIP_FFMPEG: 'true',
  };
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly output: { readonly render: string } | null;
}

async function check(tarball: string, { name, user, hasInstallScripts }: Run): Promise<void> {
  const folder = join(directory, name);
  for (const path of ['', 'home', 'tmp', 'project']) {
    mkdirSync(join(folder, path), { mode: 0o700 });
    if (user) chownSync(join(folder, path), user.uid, user.gid);
  }
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const options = {
    cwd: join(folder, 'project'),
    env: { ...createEnv(folder), PORT: String(port) },
    ...user,
  };
  const run = (file: string, ...args: string[]) => execFileSync(file, args, { ...options, encoding: 'utf8' });
  const report = (what: string) => process.stdout.write(`smoke:package: ${name}: ${what}\n`);

  run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    ...(hasInstallScripts ? [] : ['--ignore-scripts']),
    tarball,
  );
  assert.match(run('npx', '@restage/server', '--version'), /^\d+\.\d+\.\d+/);
  report(hasInstallScripts ? 'installed' : 'installed without install scripts');

  const child = spawn('npx', ['@restage/server'], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const exit = new Promise<true>((resolve) => child.on('exit', () => resolve(true)));
  const signal = (kind: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, kind);
  };
  try {
    await waitUntil(
      () => out.includes('Ctrl-C'),
      120,
      () => `the server did not start:\n${out}${err}`,
    );
    const key = /^rsk_\S+$/m.exec(out)?.[0];
    const call = /^\(printf .*? -d @-$/ms.exec(out)?.[0];
    assert(key && call, `the first start prints a key and a call:\n${out}`);
    report('started, with a key');

    const { id } = JSON.parse(run('bash', '-c', call)) as Job;
    let job: Job | undefined;
    await waitUntil(
      async () => {
        const response = await fetch(`${base}/v1/switchx/generations/${id}`, {
          headers: { 'x-api-key': key },
        });
        job = (await response.json()) as Job;
        return job.status === 'completed' || job.status === 'failed';
      },
      60,
      () => `the job did not end: ${JSON.stringify(job)}`,
    );
    assert.equal(job?.status, 'completed', JSON.stringify(job));
    const render = Buffer.from(await (await fetch(job.output?.render ?? '')).arrayBuffer());
    assert.deepEqual([render.toString('latin1', 1, 4), render.readUInt32BE(16)], ['PNG', 1280]);
    report('took the printed job to completed');

    for (const path of [
      '/docs',
      '/docs/self-hosting',
      '/docs/images/restaged.jpg',
      '/console',
      '/console/licenses.txt',
      '/errors',
      '/openapi.json',
      '/readyz',
    ])
      assert.equal((await fetch(`${base}${path}`)).status, 200, path);
    assert.match(run('npx', '@restage/server', 'accounts', 'list'), /owner@localhost/);
    report('served the docs, and listed its accounts beside the server');
    signal('SIGINT');
    assert(await Promise.race([exit, sleep(30_000, false, { ref: false })]), 'Ctrl-C ends the server');
    const postmaster = join(options.cwd, '.restage/postgres/cluster/data/postmaster.pid');
    await waitUntil(
      () => !existsSync(postmaster),
      30,
      () => 'PostgreSQL did not stop',
    );
    await assert.rejects(fetch(`${base}/healthz`));
    assert.doesNotMatch(err, /"level":"(?:warn|error|fatal)"/);
    report('stopped by Ctrl-C');
  } finally {
    signal('SIGKILL');
  }
}

async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
  explain: () => string,
) {
  for (const deadline = Date.now() + seconds * 1000; !(await condition()); await sleep(100))
    assert(Date.now() < deadline, explain());
}

try {
  await buildConsoleIfStale();
  await buildServer();
  mkdirSync(join(directory, 'tarball'));
  const tarball = await pack(join(root, 'apps/server'), join(directory, 'tarball'));
  for (const run of runs) await check(tarball, run);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(`${runs.length} passed, 0 failed\n`);
