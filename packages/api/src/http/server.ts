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
import { toErrorResponse } from './error-response.ts';
import { commonHeaders, newRequestId } from './headers.ts';

/** Bytes of a request line and headers. */
const maxHeadBytes = 16 * 1024;

/**
 * How long a client may take. Headers come in seconds; a body may be an upload over a slow line, for as long as its
 * signed URL is good; an idle connection outlives a load balancer's minute. Of a head that is too large Node reads so
 * much more that it can still be told what was asked for.
 */
const serverOptions = {
  headersTimeout: 20_000,
  requestTimeout: limits.uploadUrlSeconds * 1000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 3 * maxHeadBytes,
  // Checked here, so that its answer is the envelope.
  requireHostHeader: false,
};

const methods = 'GET, HEAD, OPTIONS, POST, PUT';

/** Milliseconds for which a client that was refused may go on sending. */
const lingerMs = 2000;

/** What is wrong with a request, and the status where HTTP has one for exactly this. */
interface HeadFailure {
  readonly failure: Failure;
  readonly status?: number;
}

/**
 * Node's server for an app, whose every answer has a request id and whose every error is one of ours: those too to what
 * Node itself would refuse with an empty body.
 * @param publicUrl gives what links to the docs begin with; no slash at the end
 */
export function createHttpServer(answer: RequestListener, publicUrl: () => string): Server {
  /** The last response of each connection. */
  const responses = new WeakMap<Duplex, ServerResponse>();
  const refused = new WeakSet<Duplex>();

  const listener: RequestListener = (request, response) => {
    responses.set(request.socket, response);
    if (request.method === 'OPTIONS' && request.url === '*') return answerOptions(response);
    const invalid = checkHead(request);
    if (!invalid) return answer(request, response);
    const unrouted = { requestId: newRequestId(), publicUrl: publicUrl(), target: request.url ?? '' };
    const { status, headers, body } = toErrorResponse(invalid.failure, unrouted, invalid.status);
    // Whether a body comes after such a head can't be known.
    response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  };

  /**
   * Answers on a connection that has no response for it, and closes it: once the client has, or soon, for closed with
   * bytes of the client still unread it could lose the answer.
   */
  const refuseConnection = (socket: Duplex, head: string, failure: Failure) => {
    if (refused.has(socket)) return;
    refused.add(socket);
    const last = responses.get(socket);
    // In the midst of an answer, another would be taken for the rest of it.
    const isAnswering = last?.headersSent === true && !last.writableFinished;
    if (!socket.writable || isAnswering) return void socket.destroy();
    const [method, target = ''] = head.split(' ', 2);
    const unrouted = { requestId: newRequestId(), publicUrl: publicUrl(), target };
    const { status, headers, body } = toErrorResponse(failure, unrouted);
    const lines = Object.entries({ ...headers, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const start = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
    socket.on('error', () => undefined);
    socket.end(`${[start, ...lines].join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };

  const server = createServer(serverOptions, listener);
  server.on('checkExpectation', listener);
  server.on('clientError', (error: ClientError, socket) => {
    if (error.code === 'ECONNRESET') return void socket.destroy();
    const head = error.rawPacket?.toString('latin1', 0, maxHeadBytes) ?? '';
    refuseConnection(socket, head, fail('INVALID_REQUEST', describeClientError(error)));
  });
  server.on('connect', (_, socket) => {
    refuseConnection(socket, '', fail('INVALID_REQUEST', 'CONNECT is not a method of this server.'));
  });
  return server;
}

/** What Node says of a request that it can't read. */
interface ClientError extends NodeJS.ErrnoException {
  /** What came last: as a rule, from the request line on. */
  readonly rawPacket?: Buffer;
}

function describeClientError({ code }: ClientError): string {
  if (code === 'HPE_HEADER_OVERFLOW') return headTooLarge;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not arrive in time.';
  return 'The request is not HTTP as this server reads it.';
}

const headTooLarge = `The request line and headers are over ${maxHeadBytes / 1024} KB.`;

/** What Node leaves to its user to check of a request line and headers. */
function checkHead(request: IncomingMessage): HeadFailure | undefined {
  const { rawHeaders, httpVersion } = request;
  let bytes = request.url?.length ?? 0;
  let hosts = 0;
  for (const [index, text] of rawHeaders.entries()) {
    bytes += text.length;
    if (index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host') hosts += 1;
  }
  if (bytes > maxHeadBytes) return { failure: fail('INVALID_REQUEST', headTooLarge) };
  // HTTP/1.0 has no such header, and HTTP/1.1 may not leave it out, nor say it twice (RFC 9112, 3.2).
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) {
    const message = `The header host must be sent once; received ${hosts === 0 ? 'none' : hosts}.`;
    return { failure: fail('INVALID_REQUEST', message, { param: 'host' }) };
  }
  const { expect } = request.headers;
  // The expectations that Node meets by itself.
  if (httpVersion !== '1.0' && expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) {
    const message = `The header expect must be 100-continue; received ${JSON.stringify(expect.slice(0, 60))}.`;
    return { failure: fail('INVALID_REQUEST', message, { param: 'expect' }), status: 417 };
  }
  return undefined;
}

/** Answers what the server as a whole can do (RFC 9110, 9.3.7): some load balancers ask that to see that it lives. */
function answerOptions(response: ServerResponse): void {
  const headers = { ...commonHeaders(newRequestId()), allow: methods, 'content-length': '0' };
  response.writeHead(200, headers).end();
}
