import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { procedures } from '@restage/contract';
import { errorCodes } from '@restage/errors';
import { fixturePath } from '@restage/fixtures';
import { Restage } from '@restage/sdk';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createMcpServer } from '../src/mcp/server.ts';

const engine = controllableEngine();
const services = await openTransports({ engine });
const { key } = await services.account();
const directory = await mkdtemp(join(tmpdir(), 'restage-mcp-'));
afterAll(() => rm(directory, { recursive: true }));
// A job that a failed test leaves behind would hold up those of the others.
afterEach(() => engine.advance(1));
const photograph = fixturePath('cat.png');
const footage = { source_uri: photograph, prompt: 'a beach at sunset', alpha_mode: 'fill' };
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const closedPort = await findClosedPort();

/** The URL of a port of this machine on which nothing listens. */
async function findClosedPort(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

/** A client of a server in this process. It has listed the tools, and so checks every result against its schema. */
async function connect({ apiKey = key, baseUrl = services.url } = {}) {
  const lines: string[] = [];
  const restage = new Restage({ apiKey, baseUrl, maxRetries: 0 });
  const server = createMcpServer(restage, (line) => lines.push(line));
  const client = new Client({ name: 'test', version: '1.0.0' });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  const call = (name: string, input?: Record<string, unknown>) => client.callTool({ name, arguments: input });
  return { client, tools, lines, call };
}

let renders = 0;
/** Waits until the engine renders the next job. */
async function nextRender(): Promise<void> {
  renders += 1;
  await engine.started(renders);
}

/** Starts a job, and returns its id. It renders until the engine advances. */
async function startJob(): Promise<string> {
  const restage = new Restage({ apiKey: key, baseUrl: services.url });
  const { beeble_uri } = await restage.uploads.upload(photograph);
  const input = {
    generation_type: 'image',
    alpha_mode: 'fill',
    prompt: 'snow',
    source_uri: beeble_uri,
  } as const;
  const { id } = await restage.generations.start(input);
  await nextRender();
  return id;
}

describe('tools', () => {
  test('tools/list gives every tool with the schemas of the contract and annotations', async () => {
    const { client, tools } = await connect();
    expect(client.getInstructions()).toContain('"quote"');
    expect(tools.map(({ name }) => name)).toEqual([
      'run',
      'quote',
      'get',
      'jobs',
      'cancel',
      'requests',
      'errors',
    ]);
    const byName = Object.fromEntries(tools.map((tool) => [tool.name, tool]));
    expect(byName.run?.inputSchema.required).toEqual(['source_uri']);
    const start = Object.keys(procedures['generations.start'].input.schema.shape);
    expect(Object.keys(byName.run?.inputSchema.properties ?? {}).sort()).toEqual(start.sort());
    expect(byName.jobs?.inputSchema.properties).toMatchObject({
      status: { enum: ['in_queue', 'processing', 'completed', 'failed', 'cancelled'] },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
    const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name);
    expect(reading).toEqual(['get', 'jobs', 'requests', 'errors']);
    expect(byName.cancel?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true });
    expect(byName.run?.annotations).toMatchObject({ readOnlyHint: false, idempotentHint: false });
    expect(JSON.stringify(tools)).not.toMatch(/"(?:additionalProperties|id)":(?!\{)/);
  });

  test('run uploads a file, notifies of progress that grows, and returns the completed job and its URLs', async () => {
    const { client } = await connect();
    const steps: Progress[] = [];
    const running = client.callTool({ name: 'run', arguments: { ...footage, seed: 7 } }, undefined, {
      onprogress: (step) => steps.push(step),
    });
    await nextRender();
    const advance = () => {
      engine.advance(0.5);
      return steps.at(-1)?.message;
    };
    await expect.poll(advance).toMatch(/^job swx_\w+ processing, 50 %$/);
    engine.advance(1);
    const result = await running;
    expect(result).toMatchObject({ isError: false, structuredContent: { status: 'completed', seed: 7 } });
    const job = result.structuredContent as { output: { render: string } };
    expect(result.content).toEqual([{ type: 'text', text: JSON.stringify(job, null, 2) }]);
    expect((await fetch(job.output.render)).headers.get('content-type')).toBe('image/png');
    expect(steps[0]?.message).toBe('uploading the source');
    const numbers = steps.map(({ progress }) => progress);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ progress: 100, total: 100 });
  });

  test('run without a progress token sends no notification', async () => {
    const { client, call, lines } = await connect();
    const notifications: string[] = [];
    client.fallbackNotificationHandler = async ({ method }) => void notifications.push(method);
    client.onerror = ({ message }) => notifications.push(message);
    const running = call('run', footage);
    await nextRender();
    engine.advance(1);
    expect(await running).toMatchObject({ structuredContent: { generation_type: 'image' } });
    expect([...notifications, ...lines]).toEqual([]);
  });

  test('quote returns the cost and starts nothing', async () => {
    const { call } = await connect();
    const { key: other } = await services.account();
    const otherClient = await connect({ apiKey: other });
    expect(await otherClient.call('quote', { ...footage, max_resolution: 720 })).toMatchObject({
      isError: false,
      structuredContent: { cost: 1, balance: 1000, width: 451, height: 300 },
    });
    expect((await otherClient.call('jobs')).structuredContent).toEqual({ jobs: [], next_page_token: null });
    expect(await call('quote', { ...footage, alpha_mode: undefined, alpha_uri: photograph })).toMatchObject({
      structuredContent: { cost: 3 },
    });
  });

  test('get, jobs and cancel show a job, list it, and end it', async () => {
    const { call } = await connect();
    const id = await startJob();
    expect((await call('get', { id })).structuredContent).toMatchObject({
      id,
      status: 'processing',
      prompt: 'snow',
      cost: 3,
    });
    expect((await call('jobs', { status: 'processing', limit: 1 })).structuredContent).toMatchObject({
      jobs: [{ id }],
    });
    expect((await call('cancel', { id })).structuredContent).toMatchObject({ id, status: 'cancelled' });
    expect(await call('cancel', { id })).toMatchObject({ structuredContent: { status: 'cancelled' } });
    expect((await call('jobs', { status: 'processing' })).structuredContent).toMatchObject({ jobs: [] });
  });

  test('get with wait answers when the job has ended', async () => {
    const { call } = await connect();
    const id = await startJob();
    const waiting = call('get', { id, wait: 30 });
    engine.advance(1);
    expect((await waiting).structuredContent).toMatchObject({ status: 'completed', attempts: 1 });
  });

  test('requests lists failed calls, and explains one', async () => {
    const { call } = await connect();
    const { structuredContent } = await call('get', { id: 'swx_missing' });
    const { requestId } = structuredContent as { requestId: string };
    const list = async () => (await call('requests', { code: 'JOB_NOT_FOUND', limit: 5 })).structuredContent;
    await expect
      .poll(list)
      .toMatchObject({ requests: [{ id: requestId, procedure: 'generations.details' }] });
    expect((await call('requests', { id: requestId })).structuredContent).toMatchObject({
      id: requestId,
      code: 'JOB_NOT_FOUND',
      resolution: expect.stringContaining('Check the id'),
    });
    expect(await call('requests', { id: 'req_missing' })).toMatchObject({
      isError: true,
      structuredContent: { code: 'REQUEST_NOT_FOUND' },
    });
  });

  test('errors explains one code, or all, without a server', async () => {
    const { call } = await connect({ baseUrl: closedPort });
    expect((await call('errors', { code: 'MISSING_ALPHA' })).structuredContent).toMatchObject({
      errors: [{ code: 'MISSING_ALPHA', status: 400, docUrl: `${closedPort}/errors#MISSING_ALPHA` }],
    });
    const { errors } = (await call('errors')).structuredContent as { errors: { code: string }[] };
    expect(errors.map(({ code }) => code)).toEqual([...errorCodes]);
  });
});

describe('cancellation', () => {
  test('cancelling a call of run ends the wait, and the job continues', async () => {
    const { client, call, lines } = await connect();
    const controller = new AbortController();
    const running = client.callTool({ name: 'run', arguments: footage }, undefined, {
      signal: controller.signal,
    });
    await nextRender();
    controller.abort('no longer needed');
    await expect(running).rejects.toThrow('no longer needed');
    await expect.poll(() => lines).toEqual([expect.stringMatching(/^call_failed run ABORTED swx_\w+$/)]);
    const id = /swx_\w+/.exec(lines[0] ?? '')?.[0];
    expect((await call('get', { id })).structuredContent).toMatchObject({ status: 'processing' });
    engine.advance(1);
    expect((await call('get', { id, wait: 30 })).structuredContent).toMatchObject({ status: 'completed' });
  });

  test('run of a job that is cancelled meanwhile is a refusal that carries the job', async () => {
    const { call } = await connect();
    const running = call('run', footage);
    await nextRender();
    const { jobs } = (await call('jobs', { limit: 1 })).structuredContent as { jobs: { id: string }[] };
    await call('cancel', { id: jobs[0]?.id });
    expect(await running).toMatchObject({
      isError: true,
      structuredContent: { code: 'JOB_CANCELLED', job: { id: jobs[0]?.id, status: 'cancelled' } },
    });
  });
});

describe('refusals', () => {
  test('a refusal of the server has its code, message, parameter, resolution, link and request id', async () => {
    const { call, lines } = await connect();
    const { isError, structuredContent } = await call('run', {
      ...footage,
      source_uri: 'beeble://uploads/a/b.png',
    });
    expect(isError).toBe(true);
    expect(structuredContent).toEqual({
      code: 'INVALID_URI',
      message: expect.stringContaining('source_uri'),
      param: 'source_uri',
      resolution: expect.any(String),
      docUrl: 'http://docs.restage.test/errors#INVALID_URI',
      requestId: expect.stringMatching(/^req_/),
      retryable: false,
    });
    expect(lines).toEqual([expect.stringMatching(/^call_failed run INVALID_URI req_[\w-]+$/)]);
  });

  test.each<[code: string, param: string, tool: string, input?: Record<string, unknown>]>([
    ['MISSING_STYLE_INPUT', 'prompt', 'run'],
    ['MISSING_SOURCE', 'source_uri', 'run', { prompt: 'snow' }],
    ['INVALID_URI', 'source_uri', 'run', { ...footage, source_uri: 7 }],
    ['INVALID_URI', 'source_uri', 'run', { ...footage, source_uri: ['a'] }],
    ['INVALID_URI', 'reference_image_uri', 'run', { ...footage, reference_image_uri: {} }],
    ['MISSING_ALPHA', 'alpha_uri', 'run', { ...footage, alpha_mode: 'custom' }],
    ['INVALID_GENERATION_TYPE', 'generation_type', 'run', { ...footage, generation_type: 'gif' }],
    ['INVALID_REQUEST', 'seed', 'quote', { ...footage, seed: 'seven' }],
    ['JOB_NOT_FOUND', 'id', 'get', {}],
    ['JOB_NOT_FOUND', 'id', 'get', { id: { $gt: '' } }],
    ['INVALID_REQUEST', 'wait', 'get', { id: 'swx_1', wait: 61 }],
    ['INVALID_REQUEST', 'limit', 'jobs', { limit: 'ten' }],
    ['INVALID_REQUEST', 'status', 'jobs', { status: 'done' }],
    ['JOB_NOT_FOUND', 'id', 'cancel', { id: null }],
    ['INVALID_REQUEST', 'code', 'requests', { code: 'NO_SUCH_CODE' }],
    ['INVALID_REQUEST', 'code', 'errors', { code: 7 }],
  ])(
    'invalid arguments are refused with %s, %s by the tool %s, without a server',
    async (code, param, tool, input) => {
      const { call } = await connect({ baseUrl: closedPort });
      expect(await call(tool, input)).toMatchObject({
        isError: true,
        structuredContent: { code, param, docUrl: `${closedPort}/errors#${code}` },
      });
    },
  );

  test.each([
    ['a directory', directory],
    ['a missing file', join(directory, 'missing.png')],
  ])('run of %s is FILE_FAILED, and names the path', async (_, path) => {
    const { call } = await connect();
    expect(await call('run', { ...footage, source_uri: path })).toMatchObject({
      isError: true,
      structuredContent: { code: 'FILE_FAILED', message: expect.stringContaining(path) },
    });
  });

  test('run of a file that is no image and no video sends none of its bytes', async () => {
    const { call } = await connect();
    expect(await call('run', { ...footage, source_uri: program })).toMatchObject({
      isError: true,
      structuredContent: { code: 'INVALID_FILENAME' },
    });
  });

  test.each([
    ['no key', ''],
    ['a wrong key', `rsk_${'a'.repeat(43)}`],
  ])('a call with %s is INVALID_API_KEY, and says where the key is read from', async (_, apiKey) => {
    const { call } = await connect({ apiKey });
    expect(await call('jobs')).toMatchObject({
      isError: true,
      structuredContent: {
        code: 'INVALID_API_KEY',
        resolution: expect.stringContaining('RESTAGE_API_KEY'),
        requestId: expect.stringMatching(/^req_/),
      },
    });
  });

  test('a call of a server that is down is CONNECTION_FAILED, and retryable', async () => {
    const { call } = await connect({ baseUrl: closedPort });
    expect(await call('run', footage)).toMatchObject({
      isError: true,
      structuredContent: {
        code: 'CONNECTION_FAILED',
        resolution: expect.stringContaining('RESTAGE_BASE_URL'),
        retryable: true,
      },
    });
  });

  test.each(['dance', '__proto__', 'constructor', ''])(
    'the unknown tool %j is a protocol error',
    async (name) => {
      const { call } = await connect();
      const error = {
        code: -32_602,
        message: expect.stringContaining(`Unknown tool ${JSON.stringify(name)}`),
      };
      await expect(call(name)).rejects.toMatchObject(error);
    },
  );
});

describe('resources', () => {
  test('resources/list gives the docs of the server, and resources/read a page as Markdown', async () => {
    const { client } = await connect({ apiKey: '' });
    const { resources } = await client.listResources();
    expect(resources).toContainEqual({
      uri: 'restage://docs/webhooks',
      name: 'webhooks',
      title: 'Webhooks',
      description: expect.stringContaining('webhook'),
      mimeType: 'text/markdown',
    });
    for (const { uri, mimeType } of resources) {
      const { contents } = await client.readResource({ uri });
      const start = mimeType === 'text/markdown' ? /^# / : /^\{"openapi"/;
      expect(contents, uri).toEqual([{ uri, mimeType, text: expect.stringMatching(start) }]);
    }
    expect(resources.length).toBeGreaterThan(10);
    expect(await client.listResourceTemplates()).toEqual({ resourceTemplates: [] });
  });

  test.each([
    'restage://docs/missing',
    'restage://docs/../openapi.json?',
    'restage://docs/a/b',
    'file:///etc/passwd',
  ])('resources/read of %s is "resource not found"', async (uri) => {
    const { client } = await connect();
    const error = { code: -32_002, message: expect.stringContaining('Resource not found') };
    await expect(client.readResource({ uri })).rejects.toMatchObject(error);
  });

  test('resources/list of a server that is down says so', async () => {
    const { client } = await connect({ baseUrl: closedPort });
    await expect(client.listResources()).rejects.toThrow(`${closedPort}/llms.txt can't be fetched`);
  });
});

describe('restage mcp', () => {
  const env = { RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url };

  test('over stdio, run of a file returns the completed job', async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [program, 'mcp'],
      env,
      stderr: 'pipe',
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
    onTestFinished(() => client.close());
    expect(client.getServerVersion()).toMatchObject({ name: 'restage', title: 'Restage' });
    await client.listTools();
    const running = client.callTool({ name: 'run', arguments: footage });
    await nextRender();
    engine.advance(1);
    expect(await running).toMatchObject({ structuredContent: { status: 'completed' } });
  });

  /** A process, whose input a test writes. */
  function start() {
    const child = spawn(process.execPath, [program, 'mcp'], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    const written = { out: '', err: '' };
    child.stdout.on('data', (bytes) => {
      written.out += bytes;
    });
    child.stderr.on('data', (bytes) => {
      written.err += bytes;
    });
    const ended = once(child, 'close').then(([exitCode]) => exitCode);
    const send = (message: object) =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'test', version: '1.0.0' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    send({ id: 0, method: 'initialize', params });
    return { child, written, ended, send };
  }

  test('standard output has the protocol alone, a line that is no message does no harm, and the end of the input ends it', async () => {
    const { child, written, ended, send } = start();
    child.stdin.write('hello\n{"jsonrpc":"2.0"}\n[1]\n');
    send({ id: 1, method: 'tools/call', params: { name: 'get', arguments: ['swx_1'] } });
    send({ id: 2, method: 'tools/call', params: { name: 'get', arguments: { id: 'swx_1' } } });
    await expect.poll(() => written.out).toContain('"id":2');
    child.stdin.end();
    expect(await ended).toBe(0);
    const messages = written.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    expect(messages.sort((a, b) => a.id - b.id)).toMatchObject([
      { id: 0, result: { serverInfo: { name: 'restage' } } },
      { id: 1, error: { code: expect.any(Number) } },
      { id: 2, result: { isError: true, structuredContent: { code: 'JOB_NOT_FOUND' } } },
    ]);
    expect(written.err).toContain(`restage mcp: serving ${services.url}\n`);
    expect(written.err).toContain('restage mcp: protocol_error');
  });

  test('SIGTERM ends it, and aborts the wait for a job that continues', async () => {
    const { child, written, ended, send } = start();
    send({ id: 1, method: 'tools/call', params: { name: 'run', arguments: footage } });
    await nextRender();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(written.err).toMatch(/call_failed run ABORTED swx_\w+/);
    engine.advance(1);
  });
});
