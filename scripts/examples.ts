/**
 * Runs every example as its README says, against a server of its own, and checks what it did; with names, those alone.
 * With `--page`, the browser's page is opened in Chromium too, which the machine must have.
 * Run: pnpm examples [<name>…] [--page]
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../packages/db/src/embedded/process/free-port.ts';
import { findChromium } from './chromium.ts';
import { checkBrowserUpload } from './examples/browser-upload.ts';
import {
  checkSavedPicture,
  checkWrongKey,
  type ExampleContext,
  readScript,
  runScript,
} from './examples/run.ts';
import { checkWebhookReceiver } from './examples/webhook-receiver.ts';
import { startServer } from './programs.ts';

/** What checks each example, by its folder. Each gives what it has seen, in a few words. */
const checks: Readonly<Record<string, (context: ExampleContext) => Promise<string>>> = {
  async 'node-script'(context) {
    await checkSavedPicture(context, 'node-script', 'cd examples/');
    await checkWrongKey(context, 'node-script', 'cd examples/', /^Set RESTAGE_API_KEY/m);
    return 'restaged a picture, explained a wrong key';
  },
  'webhook-receiver': checkWebhookReceiver,
  'browser-upload': checkBrowserUpload,
  async 'plain-trpc-client'(context) {
    await checkSavedPicture(context, 'plain-trpc-client', 'cd examples/');
    await checkWrongKey(context, 'plain-trpc-client', 'cd examples/', /^Set RESTAGE_API_KEY/m);
    return 'restaged a picture, explained a wrong key';
  },
  async 'vitest-app'(context) {
    const printed = await runScript(await readScript('vitest-app', 'cd examples/'), context.env);
    const [, passed] = /Tests\s+(\d+) passed/.exec(printed) ?? [];
    assert(passed, printed);
    return `${passed} tests passed`;
  },
  async 'python-rest'(context) {
    const printed = await checkSavedPicture(context, 'python-rest', 'python3 ');
    const [, first, second] = /^Started (swx_\w+); .+ gave (swx_\w+) /m.exec(printed) ?? [];
    assert(first && first === second, printed);
    await checkWrongKey(context, 'python-rest', 'python3 ', /INVALID_API_KEY, request req_/);
    return 'restaged a picture, started it twice and paid once, explained a wrong key';
  },
};

const entries = readdirSync(new URL('../examples/', import.meta.url), { withFileTypes: true });
const folders = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
assert.deepEqual(folders, Object.keys(checks).sort(), 'every folder of examples/ has its check');

const { values, positionals } = parseArgs({ options: { page: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`Unknown example "${unknown[0]}". The examples are ${folders.join(', ')}.`);
  process.exit(2);
}
const selected = Object.entries(checks).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);

/** Whether an example can't run here. On CI, everything must. */
function canSkip(name: string): boolean {
  if (name !== 'python-rest' || process.env.CI) return false;
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

let [passed, failed] = [0, 0];
const directory = await mkdtemp(join(tmpdir(), 'restage-examples-'));
try {
  const chromium = values.page ? findChromium() : undefined;
  const pagePort = await freePort();
  await using server = await startServer(join(directory, 'data'), {
    LOG_LEVEL: 'warn',
    RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
    RESTAGE_CORS_ORIGINS: `http://127.0.0.1:${pagePort}`,
  });
  const env = { RESTAGE_API_KEY: server.key, RESTAGE_BASE_URL: server.url, NO_COLOR: '1' };
  for (const [name, check] of selected) {
    if (canSkip(name)) {
      console.log(`examples: ${name}: skipped, there is no python3`);
      continue;
    }
    const began = performance.now();
    try {
      const seen = await check({ server, directory, env, pagePort, chromium });
      console.log(`examples: ${name}: ${seen} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      passed += 1;
    } catch (error) {
      console.error(`examples: ${name}: FAILED\n`, error);
      failed += 1;
    }
  }
  if (failed > 0) console.error(`The server wrote:\n${server.output()}`);
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
