/**
 * Uses the product as the README says: starts it with the README's command, posts the README's first call with
 * curl, looks at the picture that comes back; then stops it as Ctrl-C does, starts it again, kills it and starts
 * it once more. Run: pnpm smoke
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../packages/db/src/embedded/process/free-port.ts';
import { readShellBlocks } from './programs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'restage-smoke-'));
const port = await freePort();
const base = `http://127.0.0.1:${port}`;

/** The README's shell blocks, with this run's port. */
const blocks = (await readShellBlocks('README.md')).map((text) =>
  text.replaceAll('http://127.0.0.1:8787', base),
);
const block = (start: string) => {
  const found = blocks.find((text) => text.startsWith(start));
  assert(found, `the README has a block that starts with ${start}`);
  return found;
};

interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly exit: Promise<number | null>;
}

/** Starts the server as a shell would: in a process group of its own, which a Ctrl-C signals as a whole. */
async function start(): Promise<Started> {
  const child = spawn('bash', ['-c', block('npx -y pnpm@12 start')], {
    cwd: root,
    env: { ...process.env, PORT: String(port), RESTAGE_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const deadline = Date.now() + 300_000;
  while (!out.includes('Ctrl-C')) {
    assert(child.exitCode === null && Date.now() < deadline, `the server did not start:\n${out}`);
    await sleep(100);
  }
  return { child, out: () => out, exit };
}

/** Ctrl-C, and the end that follows it. */
async function interrupt(server: Started): Promise<void> {
  signal(server, 'SIGINT');
  const ended = await Promise.race([server.exit.then(() => true), sleep(30_000, false)]);
  assert(ended, 'Ctrl-C ends the server');
  await waitForPort();
}

/** What started the server may end before it. */
async function waitForPort(): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (await answers()) {
    assert(Date.now() < deadline, 'the port is free again');
    await sleep(100);
  }
}

function signal({ child }: Started, name: NodeJS.Signals): void {
  assert(child.pid);
  process.kill(-child.pid, name);
}

async function answers(): Promise<boolean> {
  try {
    await fetch(`${base}/healthz`);
    return true;
  } catch {
    return false;
  }
}

const shell = (script: string, key: string): unknown =>
  JSON.parse(
    execFileSync('bash', ['-c', script], {
      cwd: root,
      env: { ...process.env, RESTAGE_API_KEY: key },
      encoding: 'utf8',
    }),
  );

interface Job {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly output: { readonly render: string; readonly source: string; readonly alpha: string } | null;
}

function passed(what: string): void {
  process.stdout.write(`smoke: ${what}\n`);
}

let server = await start();
try {
  const key = /^rsk_\S+$/m.exec(server.out())?.[0];
  assert(key, 'the first start prints a key on a line of its own');
  passed('started, with a key');

  const list = block('curl -s ');
  const latest = () => (shell(list, key) as { jobs: Job[] }).jobs[0];
  const started = shell(block("(printf '"), key) as Job;
  assert.match(started.id, /^swx_/);
  let job = latest();
  for (const deadline = Date.now() + 60_000; job?.status !== 'completed'; job = latest()) {
    assert(
      Date.now() < deadline && job?.status !== 'failed',
      `the job is done in a minute: ${JSON.stringify(job)}`,
    );
    await sleep(250);
  }
  assert.equal(job.id, started.id);
  for (const url of [job.output?.render, job.output?.source, job.output?.alpha]) {
    const png = execFileSync('curl', ['-sf', url ?? ''], { maxBuffer: 64 * 1024 * 1024 });
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 720]);
  }
  passed('posted with curl, rendered and downloaded');

  for (const path of ['/docs', '/errors', '/openapi.json', '/readyz']) {
    assert.equal((await fetch(`${base}${path}`)).status, 200, path);
  }
  await interrupt(server);
  passed('stopped by Ctrl-C');

  server = await start();
  assert(!server.out().includes('rsk_'), 'the key is printed once');
  assert.equal(latest()?.status, 'completed');
  passed('found everything again');

  signal(server, 'SIGKILL');
  await server.exit;
  await waitForPort();
  server = await start();
  assert.equal(latest()?.id, started.id);
  await interrupt(server);
  passed('took up everything after a kill');
} finally {
  if (server.child.exitCode === null && server.child.signalCode === null) signal(server, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write('4 passed, 0 failed\n');
