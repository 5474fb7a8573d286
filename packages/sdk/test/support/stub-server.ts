import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { catalog, type ErrorCode } from '@restage/errors';
import { onTestFinished } from 'vitest';
import { Restage, type RestageOptions } from '../index.ts';
import type { Job } from '../wire.ts';

/** A request that a server got, read to its end. */
interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly at: number;
}

/** Answers a request, or misbehaves. `nth` counts from 1. */
export type Behaviour = (response: ServerResponse, received: Received, nth: number) => void;

/** A server, and what it got: calls, and apart from them requests for streams of events. */
interface Server {
  readonly url: string;
  readonly received: Received[];
  readonly streams: Received[];
}

/**
 * A server on a port of its own, that behaves as it is told and remembers what it got.
 * @param stream how it behaves when events are asked for; without it there are none, as with an older server
 */
export async function serve(behave: Behaviour, stream: Behaviour = noStream): Promise<Server> {
  const received: Received[] = [];
  const streams: Received[] = [];
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const arrived = { request, body, at };
    if (request.url?.endsWith('/events')) stream(response, arrived, streams.push(arrived));
    else behave(response, arrived, received.push(arrived));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, streams };
}

const noStream: Behaviour = (response) =>
  json(response, 404, { error: { code: 'NOT_FOUND', message: 'There is no such route.' } });

/** Begins a stream of events, and sends the first of them. */
export function streaming(response: ServerResponse, ...events: readonly [id: number, job: Job][]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  for (const [id, job] of events) response.write(`id: ${id}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`);
}

/** A port where nobody listens any more. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A client of a server of these, that is in a hurry. */
export function hurried(url: string, options: RestageOptions = {}): Restage {
  return new Restage({ apiKey: 'rsk_test', baseUrl: url, retryDelayMs: 5, ...options });
}

/** Answers as the server's tRPC does when a procedure succeeds. */
export function succeed(response: ServerResponse, data: unknown): void {
  json(response, 200, { result: { data: { json: data } } });
}

/** Answers as the server's tRPC does when a procedure fails; `code` may be one that nobody knows yet. */
export function refuse(
  response: ServerResponse,
  code: ErrorCode | (string & {}),
  more: { status?: number; headers?: Record<string, string>; data?: object } = {},
): void {
  const known = code in catalog ? catalog[code as ErrorCode] : undefined;
  const status = more.status ?? known?.status ?? 400;
  const error = {
    code,
    message: `${code} in words`,
    requestId: 'req_1',
    docUrl: `http://docs.test/errors#${code}`,
    retryable: known?.retryable ?? false,
    ...more.data,
  };
  const shape = { code: -32600, message: error.message, data: { httpStatus: status, error } };
  json(response, status, { error: { json: shape } }, more.headers);
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A job, as a server tells of it. */
export function aJob(fields: Partial<Job> = {}): Job {
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
