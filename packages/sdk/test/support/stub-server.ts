import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { catalog, type ErrorCode } from '@restage/errors';
import { onTestFinished } from 'vitest';
import type { Job } from '../../src/generated/types.ts';
import { Restage, type RestageOptions } from '../../src/index.ts';

/** A request that the server received, with its whole body. */
interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly at: number;
}

/** Responds to a request, or drops it. `nth` counts from 1. */
export type Handler = (response: ServerResponse, received: ReceivedRequest, nth: number) => void;

/** A stub of a Restage server, and the requests that it received: calls, and separately requests for event streams. */
interface StubServer {
  readonly url: string;
  readonly received: ReceivedRequest[];
  readonly streams: ReceivedRequest[];
}

/**
 * Starts an HTTP server that responds with the given handlers and records its requests. It stops after the test.
 * @param handleStream handles requests for events; by default there are none, as with an older server
 */
export async function startStubServer(
  handleCall: Handler,
  handleStream: Handler = sendRouteNotFound,
): Promise<StubServer> {
  const received: ReceivedRequest[] = [];
  const streams: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const receivedRequest = { request, body, at };
    if (request.url?.endsWith('/events')) {
      handleStream(response, receivedRequest, streams.push(receivedRequest));
    } else handleCall(response, receivedRequest, received.push(receivedRequest));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, streams };
}

const sendRouteNotFound: Handler = (response) =>
  sendJson(response, 404, { error: { code: 'NOT_FOUND', message: 'There is no such route.' } });

/** A handler for tests in which the job must not be polled. */
export const failOnPoll: Handler = () => {
  throw new Error('the job was polled');
};

/** Starts an event stream, and sends events. */
export function sendEvents(response: ServerResponse, ...events: readonly [id: number, job: Job][]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  for (const [id, job] of events) response.write(`id: ${id}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`);
}

/** Finds a port on which no server listens. */
export async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Creates a client of a stub server, with a short retry delay. */
export function createTestClient(url: string, options: RestageOptions = {}): Restage {
  return new Restage({ apiKey: 'rsk_test', baseUrl: url, retryDelayMs: 5, ...options });
}

/** Responds as tRPC does when a procedure succeeds. */
export function sendResult(response: ServerResponse, data: unknown): void {
  sendJson(response, 200, { result: { data: { json: data } } });
}

/** Responds as tRPC does when a procedure fails. `code` may be unknown to this version. */
export function sendError(
  response: ServerResponse,
  code: ErrorCode | (string & {}),
  overrides: { status?: number; headers?: Record<string, string>; data?: object } = {},
): void {
  const catalogEntry = code in catalog ? catalog[code as ErrorCode] : undefined;
  const status = overrides.status ?? catalogEntry?.status ?? 400;
  const error = {
    code,
    message: `${code} in words`,
    requestId: 'req_1',
    docUrl: `http://docs.test/errors#${code}`,
    retryable: catalogEntry?.retryable ?? false,
    ...overrides.data,
  };
  const shape = { code: -32600, message: error.message, data: { httpStatus: status, error } };
  sendJson(response, status, { error: { json: shape } }, overrides.headers);
}

/** Responds with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Creates a job that is processing. */
export function createJob(fields: Partial<Job> = {}): Job {
  return {
    id: 'swx_1',
    status: 'processing',
    progress: 50,
    generation_type: 'image',
    alpha_mode: 'auto',
    output: null,
    seed: 1,
    error: null,
    created_at: '2026-01-01T00:00:00.000Z',
    modified_at: '2026-01-01T00:00:01.000Z',
    completed_at: null,
    ...fields,
  };
}

/** A job that has completed. */
export const completedJob = createJob({
  status: 'completed',
  progress: 100,
  output: { render: 'http://a.test/r', source: 'http://a.test/s', alpha: 'http://a.test/a' },
  completed_at: '2026-01-01T00:00:02.000Z',
});
