/**
 * Runs the SDK, from its tarball, in each runtime that it is for, against a real server on another origin: the oldest
 * Node, Bun, Deno and workerd (workers); with `--page`, a page in Chromium too, which the machine must have.
 * Run: pnpm runtimes [--page]
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildErrors, buildSdk, pack } from '../packages/sdk/build/build.ts';
import { testRestage } from '../packages/testing/src/index.ts';
import { findChromium } from './chromium.ts';
import { installRuntimes } from './runtimes/install.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const directory = await mkdtemp(join(tmpdir(), 'restage-runtimes-'));
const home = join(directory, 'program');
const chromium = process.argv.includes('--page') ? findChromium() : undefined;

let failed = 0;
try {
  const [runtimes] = await Promise.all([installRuntimes(directory), layPackages()]);
  await using restage = await testRestage({ engine: 'compositor' });
  const closed = await closedPort();
  const path = join(directory, 'subject.jpg');
  await cp(join(root, 'samples/subject.jpg'), path);
  const place = { url: restage.url, key: restage.key, testKey: restage.account.testKey, closed };
  const withFiles = JSON.stringify({ ...place, path });

  const command = join(home, 'command.js');
  await report(`Node ${versionOf(runtimes.node)}`, () => printed(runtimes.node, [command, withFiles]));
  await report(`Node ${process.version}`, () => printed(process.execPath, [command, withFiles]));
  await report(`Bun ${versionOf(runtimes.bun)}`, () => printed(runtimes.bun, [command, withFiles]));
  const permissions = [
    '--allow-net',
    '--allow-env',
    `--allow-read=${directory}`,
    `--allow-write=${directory}`,
  ];
  await report(`Deno ${versionOf(runtimes.deno)}`, () =>
    printed(runtimes.deno, ['run', '--no-prompt', ...permissions, command, withFiles]),
  );
  await report(`workerd ${versionOf(runtimes.workerd)}`, () => inWorker(runtimes.workerd, place));
  if (chromium) await report(`a page in ${versionOf(chromium)}`, () => inPage(chromium, place));
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
console.log(failed === 0 ? 'runtimes: all is well' : `runtimes: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Lays the packages out as npm would, and the programs beside them. */
async function layPackages(): Promise<void> {
  await buildErrors();
  await buildSdk();
  await cp(join(root, 'scripts/runtimes'), home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  await mkdir(join(home, 'node_modules/@restage'), { recursive: true });
  for (const name of ['errors', 'sdk']) {
    const packed = join(directory, `packed-${name}`);
    await mkdir(packed);
    await execute('tar', ['xzf', await pack(join(root, 'packages', name), packed), '-C', packed]);
    await rename(join(packed, 'package'), join(home, 'node_modules/@restage', name));
  }
  // Workers and pages take modules from a bundler.
  await build({
    stdin: { contents: "export * from '@restage/sdk'", resolveDir: home },
    outfile: join(home, 'sdk.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
  });
}

/** What a program says of its version, in a word or two. */
function versionOf(program: string): string {
  const [first = ''] = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).split('\n');
  return first.replace(/^(?:deno|workerd) |\(.*/g, '').trim();
}

async function report(name: string, trial: () => Promise<string[]>): Promise<void> {
  const began = performance.now();
  const wrong = await trial().catch((error: unknown) => [String(error)]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`runtimes: ${name}: ${wrong.length === 0 ? 'ok' : wrong.join('; ')} (${seconds} s)`);
  if (wrong.length > 0) failed += 1;
}

/** What a command prints of the trial, as the last line. */
async function printed(program: string, words: readonly string[]): Promise<string[]> {
  const { stdout } = await execute(program, [...words], { cwd: home, timeout: 120_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

async function inWorker(workerd: string, place: object): Promise<string[]> {
  const port = new URL(await closedPort()).port;
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["private", "public"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
);
const main :Workerd.Worker = (
  compatibilityDate = "2024-09-23",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "program.js", esModule = embed "program.js"),
    (name = "sdk.js", esModule = embed "sdk.js"),
  ]
);`;
  await writeFile(join(home, 'config.capnp'), config);
  const child = spawn(workerd, ['serve', 'config.capnp'], { cwd: home, stdio: 'inherit' });
  try {
    const url = `http://127.0.0.1:${port}/`;
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(100)) {
      if (await fetch(url).catch(() => undefined)) break;
    }
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(place) });
    return (await answer.json()) as string[];
  } finally {
    await end(child);
  }
}

async function inPage(browser: string, place: object): Promise<string[]> {
  const done = Promise.withResolvers<string[]>();
  const files: Readonly<Record<string, string>> = {
    '/': 'page.html',
    '/sdk.js': 'sdk.js',
    '/program.js': 'program.js',
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page.test');
    const file = files[pathname];
    if (pathname === '/done') done.resolve(JSON.parse(await text(request)));
    const body = file ? await readFile(join(home, file)) : pathname === '/place' ? JSON.stringify(place) : '';
    response.setHeader('content-type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html').end(body);
  });
  const url = await listening(server);
  const profile = join(directory, 'profile');
  const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  const child = spawn(browser, [...options, '--remote-debugging-port=0', url], { stdio: 'ignore' });
  try {
    const late = sleep(60_000, ['the page was not done in a minute'], { ref: false });
    return await Promise.race([done.promise, late]);
  } finally {
    await end(child);
    server.closeAllConnections();
    server.close();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A place where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  const url = await listening(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return url;
}
