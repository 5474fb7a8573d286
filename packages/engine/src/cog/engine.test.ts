import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failWith, isFailure } from '@restage/errors';
import { fixturePath } from '@restage/fixtures';
import { expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../../test/support/files.ts';
import type { RenderRequest } from '../engine.ts';
import { createCogEngine } from './engine.ts';

interface Job {
  readonly input: Record<string, unknown>;
  readonly webhook: string;
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** A server that speaks Cog's protocol; `predict` is the model, and says what webhooks to send. */
async function modelServer(predict: (job: Job, id: string) => AsyncIterable<object> | Iterable<object>) {
  const cancelled: string[] = [];
  const server = createServer(async (request, response) => {
    const [, route, id = '', action] = request.url?.split('/') ?? [];
    if (route === 'files') return response.end('bytes of a file');
    if (route !== 'predictions') return response.writeHead(404).end();
    if (request.method === 'POST' && action === 'cancel') {
      cancelled.push(id);
      return response.writeHead(200).end('{}');
    }
    expect(request.method).toBe('PUT');
    expect(request.headers.prefer).toBe('respond-async');
    const job = JSON.parse(await body(request)) as Job;
    response
      .writeHead(202, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id, status: 'starting' }));
    for await (const event of predict(job, id)) {
      await fetch(job.webhook, { method: 'POST', body: JSON.stringify({ id, ...event }) });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const engine = createCogEngine({ url });
  onTestFinished(async () => {
    await engine.close();
    server.closeAllConnections();
    server.close();
  });
  return { engine, url, cancelled };
}

const request = (): RenderRequest => ({
  generationType: 'image',
  alphaMode: 'auto',
  source: fixturePath('cat.png'),
  prompt: 'a forest',
  seed: 7,
  maxResolution: 720,
  outputDirectory: createFolder(),
});
const data = (text: string) => `data:image/png;base64,${Buffer.from(text).toString('base64')}`;

test('a prediction’s files come back, with its progress', async () => {
  let seen: Job['input'] = {};
  const { engine, url } = await modelServer(function* ({ input }) {
    seen = input;
    yield { status: 'processing', logs: 'loading\n 40%|####' };
    yield {
      status: 'succeeded',
      logs: '100%',
      output: {
        render: data('r'),
        source: data('s'),
        alpha: `${url}/files/a`,
        width: 4,
        height: 3,
        frames: 1,
        notes: ['by a model'],
      },
    };
  });
  const progress: number[] = [];
  const result = await engine.render(request(), {
    signal: new AbortController().signal,
    onProgress: (fraction) => progress.push(fraction),
  });
  if (isFailure(result)) throw new Error(result.message);
  expect(result).toMatchObject({ width: 4, height: 3, frames: 1, understood: [], notes: ['by a model'] });
  expect([result.render, result.source, result.alpha].map((path) => readFileSync(path, 'utf8'))).toEqual([
    'r',
    's',
    'bytes of a file',
  ]);
  expect(progress).toEqual([0.4, 0.99, 1]);
  expect(seen).toMatchObject({
    generation_type: 'image',
    alpha_mode: 'auto',
    prompt: 'a forest',
    seed: 7,
    max_resolution: 720,
    source: expect.stringMatching(/^data:image\/png;base64,/),
  });
});

test('an abort cancels the prediction at the server', async () => {
  const { engine, cancelled } = await modelServer(function* () {
    yield { status: 'processing' };
  });
  const controller = new AbortController();
  const running = engine.render(request(), { signal: controller.signal, onProgress: () => {} });
  setTimeout(() => controller.abort(), 200);
  expect(await running).toEqual(failWith('CANCELLED', 'The job was cancelled.'));
  expect(cancelled).toHaveLength(1);
});

test.each([
  ['the model’s own words', { status: 'failed', error: 'out of memory' }, 'The model failed: out of memory'],
  [
    'an output that lacks a file',
    { status: 'succeeded', output: { render: data('r'), width: 1, height: 1, frames: 1 } },
    'without a source',
  ],
  [
    'a file from another place',
    { status: 'succeeded', output: { render: 'http://127.0.0.1:1/x', width: 1, height: 1, frames: 1 } },
    'without a render',
  ],
])('a job fails with %s', async (_name, event, message) => {
  const { engine } = await modelServer(() => [event]);
  const result = await engine.render(request(), {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  expect(result).toEqual(failWith('MODEL_FAILED', expect.stringContaining(message)));
});

test('a server that is not there fails the job', async () => {
  const engine = createCogEngine({ url: 'http://127.0.0.1:9' });
  const result = await engine.render(request(), {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  await engine.close();
  expect(result).toEqual(failWith('MODEL_UNREACHABLE', 'The model server could not be reached.'));
});
