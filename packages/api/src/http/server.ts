import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { limits } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import { toErrorResponse } from './response/error-response.ts';
import { commonHeaders, newRequestId } from './response/headers.ts';

/** Largest request line and headers, in bytes. */
const maxHeadBytes = 16 * 1024;

/**
 * Timeouts for clients. A body may be an upload over a slow connection, for as long as its signed URL is valid. Idle connections
 * stay open longer than a load balancer's usual minute. Node's own header limit is higher than ours, so that we can still read
 * the target of a request that exceeds ours.
 */
const serverOptions = {
  headersTimeout: 20_000,
  requestTimeout: limits.uploadUrlSeconds * 1000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 3 * maxHeadBytes,
  // `checkHead` checks it, so that the error is an envelope.
  requireHostHeader: false,
};

const methods = 'DELETE, GET, HEAD, OPTIONS, POST, PUT';

/** How long a rejected client may continue to send. */
const lingerMs = 2000;

/** Why a request is invalid, and its status if HTTP has a more exact one than the code. */
interface HeadFailure {
  readonly failure: Failure;
  readonly status?: number;
}

/**
 * Creates a Node server for an app. Every response has a request id, and every error is an envelope, including those for
 * requests that Node itself would reject with an empty body.
 * @param publicUrl returns the start of links to the docs, without a final slash
 */
export function createHttpServer(handle: RequestListener, publicUrl: () => string): Server {
  /** The latest response of each connection. */
  const responses = new WeakMap<Duplex, ServerResponse>();
  const rejected = new WeakSet<Duplex>();

  const listener: RequestListener = (request, response) => {
    responses.set(request.socket, response);
    if (request.method === 'OPTIONS' && request.url === '*') return respondToOptions(response);
    const invalid = checkHead(request);
    if (!invalid) return handle(request, response);
    const unrouted = { requestId: newRequestId(), publicUrl: publicUrl(), target: request.url ?? '' };
    const { status, headers, body } = toErrorResponse(invalid.failure, unrouted, invalid.status);
    // Such a head does not tell whether a body follows.
    response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  };

  /**
   * Writes an error to a connection that has no response object, and closes it once the client has, or after `lingerMs`. If it
   * closed at once, with unread bytes of the client, the client could lose the error.
   */
  const rejectConnection = (socket: Duplex, head: string, failure: Failure) => {
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const latest = responses.get(socket);
    // During a response, the client would read an error as part of it.
    const isResponding = latest?.headersSent === true && !latest.writableFinished;
    if (!socket.writable || isResponding) return void socket.destroy();
    const [method, target = ''] = head.split(' ', 2);
    const unrouted = { requestId: newRequestId(), publicUrl: publicUrl(), target };
    const { status, headers, body } = toErrorResponse(failure, unrouted);
    const lines = Object.entries({ ...headers, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const statusLine = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
    socket.on('error', () => undefined);
    socket.end(`${[statusLine, ...lines].join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };

  const server = createServer(serverOptions, listener);
  server.on('checkExpectation', listener);
  server.on('clientError', (error: ClientError, socket) => {
    if (error.code === 'ECONNRESET') return void socket.destroy();
    const head = error.rawPacket?.toString('latin1', 0, maxHeadBytes) ?? '';
    rejectConnection(socket, head, fail('INVALID_REQUEST', describeClientError(error)));
  });
  server.on('connect', (_, socket) => {
    rejectConnection(socket, '', fail('INVALID_REQUEST', 'The method CONNECT is not supported.'));
  });
  return server;
}

/** Node's error for a request that it can't parse. */
interface ClientError extends NodeJS.ErrnoException {
  /** The latest bytes, usually from the start of the request line. */
  readonly rawPacket?: Buffer;
}

function describeClientError({ code }: ClientError): string {
  if (code === 'HPE_HEADER_OVERFLOW') return headTooLarge;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request was not received in time.';
  return 'The request is not valid HTTP/1.1.';
}

const headTooLarge = `The request line and headers must be at most ${maxHeadBytes / 1024} KB.`;

/** Checks what Node does not check of a request line and headers. */
function checkHead(request: IncomingMessage): HeadFailure | undefined {
  const { rawHeaders, httpVersion } = request;
  let bytes = request.url?.length ?? 0;
  let hosts = 0;
  for (const [index, text] of rawHeaders.entries()) {
    bytes += text.length;
    if (index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host') hosts += 1;
  }
  if (bytes > maxHeadBytes) return { failure: fail('INVALID_REQUEST', headTooLarge) };
  // HTTP/1.1 requires exactly one host header (RFC 9112, 3.2); HTTP/1.0 does not require one.
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) {
    const message = `The header host must be sent exactly once; received ${hosts}.`;
    return { failure: fail('INVALID_REQUEST', message, { param: 'host' }) };
  }
  const { expect } = request.headers;
  // Node handles 100-continue.
  if (httpVersion !== '1.0' && expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) {
    const message = `The header expect must be 100-continue; received ${JSON.stringify(expect.slice(0, 60))}.`;
    return { failure: fail('INVALID_REQUEST', message, { param: 'expect' }), status: 417 };
  }
  return undefined;
}

/** Responds to `OPTIONS *` (RFC 9110, 9.3.7), which some load balancers send as a health check. */
function respondToOptions(response: ServerResponse): void {
  const headers = { ...commonHeaders(newRequestId()), allow: methods, 'content-length': '0' };
  response.writeHead(200, headers).end();
}
