import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Job } from '@restage/contract';
import { testDatabase } from '@restage/db/testing';
import { makePng } from '@restage/media/testing';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { listMetrics, listNames } from './support/metrics-text.ts';
import { startOtlpReceiver } from './support/otlp-receiver.ts';
import { getJob, type Program, runServer, usePrograms, waitUntilServing } from './support/programs.ts';

usePrograms();

const token = 'a-token-of-the-tests';
const withToken = { RESTAGE_METRICS_TOKEN: token, RESTAGE_ALLOW_PRIVATE_NETWORK: '1' };

test('without a token and an endpoint, there is no /metrics, and the SDK of OpenTelemetry is not loaded', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const program = runServer(['serve'], { DATABASE_URL, NODE_OPTIONS: reportModules });
  const { url } = await waitUntilServing(program);
  for (const authorization of ['', 'Bearer', 'Bearer undefined', `Bearer ${token}`]) {
    await expectNotFound(await fetch(`${url}/metrics`, { headers: { authorization } }));
  }
  expect(await findLoaded(program, 'PrometheusSerializer')).toEqual([]);
});

test('with a token, callers with another one, and other methods, find no /metrics', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const program = runServer(['serve'], { ...withToken, DATABASE_URL, NODE_OPTIONS: reportModules });
  const { url, key } = await waitUntilServing(program);
  for (const authorization of ['', token, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer ${key}`]) {
    await expectNotFound(await fetch(`${url}/metrics`, { headers: { authorization } }));
  }
  const headers = { authorization: `Bearer ${token}` };
  await expectNotFound(await fetch(`${url}/metrics`, { method: 'POST', headers }));
  const response = await fetch(`${url}/metrics`, { headers });
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  // Unlike the test above, so that its empty list says something.
  expect(await findLoaded(program, 'PrometheusSerializer')).not.toEqual([]);
});

describe('an api process and a worker process', () => {
  test('give exactly these metrics and labels, which the guide lists, and dashboard and alerts use no others', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const env = { ...withToken, DATABASE_URL };
    const api = await waitUntilServing(runServer(['serve', '--role', 'api'], env));
    const receiver = await startWebhookReceiver();
    const cancelled = await startTinyJob(api);
    expect(await readMetrics(api.url)).toMatch(/^restage_jobs_active{restage_job_status="in_queue"} 1$/m);
    await fetch(`${api.url}/v1/switchx/generations/${cancelled}/cancel`, {
      method: 'POST',
      headers: { 'x-api-key': api.key },
    });
    await fetch(`${api.url}/v1/switchx/generations/unknown`, { headers: { 'x-api-key': api.key } });
    const worker = await waitUntilServing(runServer(['serve', '--role', 'worker'], env));
    const job = await startTinyJob(api, { callback_url: receiver.url });
    expect(await getJob(api.url, api.key, job, 60)).toMatchObject({ status: 'completed' });
    const [ofApi, ofWorker] = [
      await readMetrics(api.url),
      await waitForMetric(worker.url, 'webhook_attempt'),
    ];

    expect({ api: listMetrics(ofApi), worker: listMetrics(ofWorker) }).toMatchSnapshot();
    expect(ofApi).toMatch(/^rpc_server_call_duration_count{.*rpc_method="generations.start"} 2$/m);
    expect(ofApi).toMatch(/^rpc_server_call_duration_count{.*error_type="JOB_NOT_FOUND".*} 1$/m);
    expect(ofApi).toMatch(/^restage_credits_charged_total{restage_job_type="image"} 2$/m);
    expect(ofApi).toMatch(/^restage_credits_refunded_total{restage_job_type="image"} 1$/m);
    expect(ofApi).toMatch(/^restage_jobs_ended_total{.*restage_job_status="cancelled"} 1$/m);
    expect(ofWorker).toMatch(/^restage_jobs_ended_total{.*restage_job_status="completed"} 1$/m);
    expect(ofWorker).toMatch(/^restage_webhook_attempt_duration_count{.*="delivered"} 1$/m);
    expect(ofApi + ofWorker).not.toMatch(/gen_|acc_|rsk_/);

    const guide = await readFile(new URL('../../../docs/observability.md', import.meta.url), 'utf8');
    for (const metric of [...listMetrics(ofApi), ...listMetrics(ofWorker)]) {
      expect(guide).toContain(`| \`${metric.split(' ')[0]}\` |`);
    }
    const exported = new Set(listNames(ofApi + ofWorker));
    for (const file of ['grafana/restage.json', 'prometheus/alerts.yml']) {
      const expressions = await readExpressions(file);
      expect(expressions.length).toBeGreaterThan(5);
      const names = expressions.flatMap(
        (each) => each.match(/(?<![$_a-z])[a-z][a-z0-9]*(?:_[a-z0-9]+)+/g) ?? [],
      );
      const unknown = names.filter((name) => !exported.has(name) && name !== 'histogram_quantile');
      expect(unknown, file).toEqual([]);
    }
  });

  test('send the trace of a job from its request to its webhook', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const collector = await startOtlpReceiver();
    const receiver = await startWebhookReceiver();
    const env = {
      DATABASE_URL,
      RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    };
    const programs = [
      runServer(['serve', '--role', 'api'], env),
      runServer(['serve', '--role', 'worker'], env),
    ];
    const [api] = await Promise.all([
      waitUntilServing(programs[0] as Program),
      waitUntilServing(programs[1] as Program),
    ]);
    await expectNotFound(await fetch(`${api.url}/metrics`));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const job = await startTinyJob(api, { callback_url: receiver.url }, { traceparent });
    expect(await getJob(api.url, api.key, job, 60)).toMatchObject({ status: 'completed' });
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 20_000 });
    const headers = { 'x-api-key': api.key, traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` };
    await fetch(`${api.url}/v1/switchx/generations/unknown`, { headers });
    for (const { child } of programs) child.kill('SIGTERM');
    await Promise.all(programs.map(({ exit }) => exit));

    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const tree = spans.map(({ name, role, parentSpanId }) => {
      const parent = spans.find(({ spanId }) => spanId === parentSpanId);
      return `${role}: ${name}, in ${parent?.name ?? parentSpanId}`;
    });
    expect(tree.sort()).toEqual([
      'api: generations.start, in b7ad6b7169203331',
      'worker: deliver webhook, in process render',
      'worker: fetch inputs, in process render',
      'worker: process render, in generations.start',
      'worker: render, in process render',
      'worker: store outputs, in process render',
    ]);
    expect(spans.find(({ name }) => name === 'process render')?.attributes).toMatchObject({
      'restage.job.id': job,
    });
    const delivery = spans.find(({ name }) => name === 'deliver webhook');
    expect(delivery?.attributes).toMatchObject({ 'http.response.status_code': 204 });
    expect(receiver.received[0]?.traceparent).toBe(`00-${traceId}-${delivery?.spanId}-01`);
    // A trace context that is not valid is not continued. The caller is at fault, so the span has no error status.
    const refused = collector.spans.find(({ attributes }) => attributes['error.type'] === 'JOB_NOT_FOUND');
    expect(refused).toMatchObject({ name: 'generations.get', status: 0 });
    expect(refused?.parentSpanId).toBeUndefined();
    expect([...collector.metricNames]).toContain('restage.job.render.duration');
  });
});

describe('a collector', () => {
  test.each([
    ['does not respond', () => {}],
    ['responds with 500', (_, response) => response.writeHead(500).end()],
    ['hangs up', (request) => request.destroy()],
  ] satisfies [string, RequestListener][])(
    'that %s costs no request, and the process ends well',
    async (_, respond) => {
      const { url: DATABASE_URL } = await testDatabase();
      const collector = await listen(respond);
      const program = runServer(['serve'], { DATABASE_URL, OTEL_EXPORTER_OTLP_ENDPOINT: collector });
      const { url, key } = await waitUntilServing(program);
      const response = await fetch(`${url}/v1/account/info`, { headers: { 'x-api-key': key } });
      expect(response.status).toBe(200);
      program.child.kill('SIGTERM');
      expect(await program.exit).toBe(0);
      expect(program.log()).toMatch(/"msg":"telemetry_\w+"/);
    },
  );
});

async function expectNotFound(response: Response): Promise<void> {
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
}

/** The option that makes Node write the modules that it has loaded to standard error when it exits. */
const reportModules = `--import data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  process.on('exit', () => writeSync(2, loaded.map((url) => 'loaded ' + url + '\\n').join('')));
`)}`;

/** Ends a program. @returns the modules that it had loaded whose code contains a text */
async function findLoaded({ child, exit, log }: Program, text: string): Promise<string[]> {
  child.kill('SIGTERM');
  await exit;
  const urls = [...log().matchAll(/^loaded (file:.*)$/gm)].map(([, url]) => String(url));
  expect(urls.length).toBeGreaterThan(0);
  const codes = await Promise.all(urls.map((url) => readFile(new URL(url), 'utf8')));
  return urls.filter((_, index) => codes[index]?.includes(text));
}

/** Starts an image job that renders at once. @returns its id */
async function startTinyJob(
  { url, key }: { readonly url: string; readonly key: string },
  fields: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/v1/switchx/generations`, {
    method: 'POST',
    headers: { 'x-api-key': key, ...headers },
    body: JSON.stringify({
      generation_type: 'image',
      alpha_mode: 'fill',
      max_resolution: 720,
      source_uri: `data:image/png;base64,${makePng(16, 16).toString('base64')}`,
      prompt: 'a beach',
      ...fields,
    }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as Job).id;
}

/** Starts an endpoint for webhooks, until the end of the file. It keeps the headers of those that it received. */
async function startWebhookReceiver() {
  const received: IncomingHttpHeaders[] = [];
  const url = await listen((request, response) => {
    if (request.method === 'POST') received.push(request.headers);
    response.writeHead(204).end();
  });
  return { url: `${url}/hook`, received };
}

/** Starts an HTTP server, until the end of the file. @returns its URL */
async function listen(respond: RequestListener): Promise<string> {
  const server = createServer(respond);
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readMetrics(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return response.text();
}

/** Reads metrics until one with this in its name is there. */
async function waitForMetric(url: string, name: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const text = await readMetrics(url);
      expect(text).toContain(name);
      return text;
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** Reads the PromQL expressions of a file in deploy/. */
async function readExpressions(file: string): Promise<string[]> {
  const text = await readFile(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(/"?\bexpr"?: (.*)$/gm)].map(([, expression]) => String(expression));
}
