import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orangeNetwork } from '@restage/matting/testing';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';

const network = orangeNetwork({ input: [1, 3, 32, 32], output: [1, 1, 32, 32] });
const sha256 = createHash('sha256').update(network).digest('hex');
const installed = `u2netp.${sha256.slice(0, 12)}.onnx`;

let directory = '';
let models = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-models-'));
  models = join(directory, 'data', 'models');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

interface RunOptions {
  readonly env?: Record<string, string>;
  /** A shell command that runs before, as `ulimit` does. */
  readonly shell?: string;
}

function start(args: readonly string[], { env = {}, shell }: RunOptions = {}) {
  const words = [process.execPath, inject('restageServer'), 'models', ...args];
  const [command = '', ...rest] =
    shell === undefined ? words : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...words];
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH ?? '', RESTAGE_DATA_DIR: join(directory, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, text, exit };
}

/** Runs the real program to its end. */
async function run(args: readonly string[], options?: RunOptions) {
  const { text, exit } = start(args, options);
  return { exit: await exit, ...text };
}

/** Runs a command with `--json`, and reads the one document that it prints. */
async function json(args: readonly string[], options?: RunOptions) {
  const { exit, out } = await run([...args, '--json'], options);
  return { exit, ...(JSON.parse(out) as Record<string, unknown>) };
}

/** A publisher's server. `respond` gets the number of the request, from 1. @returns its URL and the ranges asked for */
async function serve(
  respond: (request: IncomingMessage, response: ServerResponse, count: number) => unknown,
) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    respond(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}/matte.onnx`,
    ranges,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

/** Answers with the part of the network that was asked for. */
function sendRange(request: IncomingMessage, response: ServerResponse) {
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  if (start === undefined) return response.end(network);
  const from = Number(start);
  response.writeHead(206, { 'content-range': `bytes ${from}-${network.length - 1}/${network.length}` });
  return response.end(network.subarray(from));
}

const half = Math.floor(network.length / 2);

/** Announces the whole network, and sends half of it. */
function sendHalf(response: ServerResponse) {
  response.writeHead(200, { 'content-length': network.length });
  response.write(network.subarray(0, half));
}

/** Sends half of the network, and cuts the connection once that half is on disk. */
async function cutAtHalf(response: ServerResponse) {
  sendHalf(response);
  await waitForHalf();
  response.destroy();
}

function waitForHalf() {
  const partial = join(models, 'u2netp.partial');
  return vi.waitFor(async () => expect((await stat(partial)).size).toBe(half), { timeout: 20_000 });
}

const pull = (from: string) => ['pull', 'u2netp', '--from', from, '--sha256', sha256];

describe('models pull', () => {
  test('downloads a network, shows its progress and its licence, and is done at once when repeated', async () => {
    await using publisher = await serve(sendRange);
    const first = await run(pull(publisher.url));
    expect(first).toMatchObject({ exit: 0, err: expect.stringContaining('u2netp: 100 % of 0.0 MB') });
    expect(first.out).toMatch(/^sha256 +[0-9a-f]{64}$/m);
    expect(first.out).toMatch(/^licence +Apache-2\.0$/m);
    expect(first.out).toMatch(/^licence_url +https:/m);
    expect(first.out).toContain('Installed.');
    expect(await readFile(join(models, installed))).toEqual(network);
    const second = await run(pull(publisher.url));
    expect(second).toMatchObject({ exit: 0, out: expect.stringContaining('It was installed already.') });
    expect(publisher.ranges).toEqual([undefined]);
    expect(await readdir(models)).toEqual([installed]);
  });

  test('continues a download that the server cut off', async () => {
    await using publisher = await serve((request, response, count) =>
      count === 1 ? cutAtHalf(response) : sendRange(request, response),
    );
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0, name: 'u2netp', sha256 });
    expect(publisher.ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(await readFile(join(models, installed))).toEqual(network);
  });

  test('continues a download whose process was killed', async () => {
    await using publisher = await serve((request, response, count) =>
      count === 1 ? sendHalf(response) : sendRange(request, response),
    );
    const { child, exit } = start(pull(publisher.url));
    await waitForHalf();
    child.kill('SIGKILL');
    await exit;
    expect(await json(['list'])).toMatchObject({
      networks: expect.arrayContaining([expect.objectContaining({ name: 'u2netp', state: 'available' })]),
    });
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0 });
    expect(publisher.ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(await readdir(models)).toEqual([installed]);
  });

  test('starts again from a server that ignores the range', async () => {
    await using publisher = await serve((_, response, count) =>
      count === 1 ? cutAtHalf(response) : response.end(network),
    );
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0 });
    expect(publisher.ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(await readFile(join(models, installed))).toEqual(network);
  });

  test('starts again when what is there is the beginning of another file', async () => {
    await mkdir(models, { recursive: true });
    await writeFile(join(models, 'u2netp.partial'), 'another file');
    await using publisher = await serve(sendRange);
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0 });
    expect(publisher.ranges).toEqual(['bytes=12-', undefined]);
    expect(await readFile(join(models, installed))).toEqual(network);
  });

  test('starts again when more is there than the server has', async () => {
    await mkdir(models, { recursive: true });
    await writeFile(join(models, 'u2netp.partial'), Buffer.alloc(network.length + 1));
    await using publisher = await serve((request, response, count) => {
      if (count > 1) return sendRange(request, response);
      return response.writeHead(416, { 'content-range': `bytes */${network.length}` }).end();
    });
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0 });
    expect(publisher.ranges).toEqual([`bytes=${network.length + 1}-`, undefined]);
  });

  test('installs nothing of other bytes', async () => {
    await using publisher = await serve((_, response) => response.end(network.toReversed()));
    expect(await json(pull(publisher.url))).toMatchObject({
      exit: 1,
      error: { code: 'CHECKSUM_MISMATCH', message: expect.stringContaining(`must be ${sha256}; it is `) },
    });
    expect(await readdir(models)).toEqual([]);
  });

  test('of a known network refuses a file of another size before it is downloaded', async () => {
    await using publisher = await serve(sendRange);
    expect(await run(['pull', 'u2netp', '--from', publisher.url])).toMatchObject({
      exit: 1,
      err: `${publisher.url} can't be downloaded: the file must have 4574861 bytes; it has ${network.length}.\n`,
    });
    expect(await readdir(models)).toEqual([]);
  });

  test('says what the server answered, and does not ask again for what is not there', async () => {
    await using publisher = await serve((_, response) => response.writeHead(404).end());
    expect(await run(pull(publisher.url))).toMatchObject({
      exit: 1,
      err: `${publisher.url} can't be downloaded: it answered 404 Not Found.\n`,
    });
    expect(publisher.ranges).toHaveLength(1);
  });

  test('keeps what it has when the disk takes no more, and continues from there', async () => {
    const { length } = network;
    await using publisher = await serve((request, response) => sendRange(request, response));
    // A file of at most no blocks stands for a full disk.
    const full = await run(pull(publisher.url), { shell: 'ulimit -f 0' });
    expect(full).toMatchObject({ exit: 1, err: expect.stringMatching(/has no room left \(EFBIG\)/) });
    expect((await stat(join(models, 'u2netp.partial'))).size).toBeLessThan(length);
    expect(await json(pull(publisher.url))).toMatchObject({ exit: 0 });
  });

  test('takes a file where there is no internet', async () => {
    const file = join(directory, 'brought.onnx');
    await writeFile(file, network, { mode: 0o400 });
    expect(await json(pull(file))).toMatchObject({ exit: 0, path: join(models, installed) });
    expect(await run(pull(join(directory, 'none.onnx')))).toMatchObject({ exit: 0 });
    expect(await run(['pull', 'u2netp', '--from', file])).toMatchObject({
      exit: 1,
      err: expect.stringContaining(`must have 4574861 bytes; it has ${network.length}`),
    });
    expect(await run(['pull', 'u2net', '--from', join(directory, 'none.onnx')])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("none.onnx can't be copied (ENOENT)"),
    });
  });

  test('names the known networks on an unknown name, and what a SHA-256 is', async () => {
    expect(await run(['pull', 'u3net'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('<name> must be u2netp, u2net, u2net-human-seg,'),
    });
    expect(await run(['pull', 'u2netp', '--sha256', 'abc'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--sha256 must be 64 hexadecimal digits; received "abc"'),
    });
  });
});

describe('models use', () => {
  const listU2netp = async (options?: RunOptions) => {
    const { networks } = (await json(['list'], options)) as { networks?: { name: string; state: string }[] };
    return networks?.find(({ name }) => name === 'u2netp');
  };

  test('tries the network and chooses it, and none chooses none', async () => {
    await writeFile(join(directory, 'brought.onnx'), network);
    expect(await json(['use', 'u2netp'])).toMatchObject({
      exit: 1,
      error: { code: 'NETWORK_NOT_INSTALLED', message: expect.stringContaining('models pull u2netp') },
    });
    await run(pull(join(directory, 'brought.onnx')));
    expect(await listU2netp()).toMatchObject({ state: 'installed', path: join(models, installed) });
    expect(await json(['use', 'u2netp'])).toEqual({ exit: 0, used: 'u2netp' });
    expect(await listU2netp()).toMatchObject({ state: 'used' });
    const env = { RESTAGE_MATTE_MODEL: '/other.onnx' };
    expect(await listU2netp({ env })).toMatchObject({ state: 'overridden' });
    expect((await run(['list'], { env })).out).toContain(
      'RESTAGE_MATTE_MODEL is set, and auto uses its network',
    );
    expect(await json(['use', 'none'])).toEqual({ exit: 0, used: null });
    expect(await listU2netp()).toMatchObject({ state: 'installed' });
  });

  test('keeps the choice when the network can’t be used', async () => {
    const other = Buffer.from('no network');
    const file = join(directory, 'other.onnx');
    await writeFile(file, other);
    const digest = createHash('sha256').update(other).digest('hex');
    expect(await run(['pull', 'u2net', '--from', file, '--sha256', digest])).toMatchObject({ exit: 0 });
    expect(await json(['use', 'u2net'])).toMatchObject({
      exit: 1,
      error: {
        code: 'NETWORK_UNUSABLE',
        message: expect.stringMatching(/^u2net can't be used: it can't be opened/),
      },
    });
    expect(await readdir(models)).not.toContain('used');
  });

  test('is undone by remove, which needs --force for the used network', async () => {
    await writeFile(join(directory, 'brought.onnx'), network);
    await run(pull(join(directory, 'brought.onnx')));
    await writeFile(join(models, 'used'), 'u2netp\n');
    expect(await json(['remove', 'u2netp'])).toMatchObject({ exit: 1, error: { code: 'NETWORK_IN_USE' } });
    expect(await listU2netp()).toMatchObject({ state: 'used' });
    expect(await json(['remove', 'u2netp', '--force'])).toEqual({ exit: 0, removed: 'u2netp' });
    expect(await readdir(models)).toEqual([]);
    expect(await json(['remove', 'u2netp'])).toMatchObject({
      exit: 1,
      error: { code: 'NETWORK_NOT_INSTALLED' },
    });
  });
});
