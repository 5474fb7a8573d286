import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { limits } from '@restage/contract/limits';
import { encodeEnvelope, fail } from '@restage/errors';

/** A listening server. It begins by telling that it lives, and keeps what else is asked. */
export interface Listener {
  readonly port: number;
  /** Has requests answered from now on, those that were kept first. */
  serve(answer: RequestListener): void;
  /**
   * Takes no new connection, and waits for the requests in flight, at most so many milliseconds. Those that are still
   * kept are dropped.
   */
  stop(patience: number): Promise<void>;
}

/** A port that can't be had, as one line. */
export interface ListenFault {
  readonly fault: string;
}

/**
 * How long a client may take. Headers come in seconds; a body may be an upload over a slow line, for as long as its
 * signed URL is good; an idle connection outlives a load balancer's minute.
 */
const serverOptions = {
  headersTimeout: 20_000,
  requestTimeout: limits.uploadUrlSeconds * 1000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
};

/** Answers what is no HTTP, or has headers over 16 KB, with the envelope, and closes the connection. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const message =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'The headers are over 16 KB.'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'The request did not arrive in time.'
        : 'The request is not HTTP as this server reads it.';
  const { status, body } = encodeEnvelope(fail('INVALID_REQUEST', message));
  const text = JSON.stringify(body);
  const headers = [
    `HTTP/1.1 ${status} Bad Request`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    `x-request-id: req_${crypto.randomUUID()}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${text}`);
}

/** Listens at an address. */
export function listen(address: {
  readonly host: string;
  readonly port: number;
}): Promise<Listener | ListenFault> {
  let kept: Parameters<RequestListener>[] | undefined = [];
  let answer: RequestListener = (request, response) => {
    if (!answerProbe(request, response)) kept?.push([request, response]);
  };
  const server = createServer(serverOptions, (request, response) => answer(request, response));
  server.on('clientError', refuseConnection);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fault = faults[error.code ?? '']?.(address);
      if (fault) resolve({ fault });
      else reject(error);
    });
    server.listen(address.port, address.host, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        serve(first) {
          answer = first;
          // Who has hung up meanwhile waits for nothing.
          for (const [request, response] of kept ?? []) if (!response.destroyed) first(request, response);
          kept = undefined;
        },
        stop(patience) {
          for (const [, response] of kept ?? []) response.destroy();
          return stop(server, patience);
        },
      });
    });
  });
}

/**
 * What probes are told while the rest is started, which migrations may draw out: that the process lives, so it is not
 * ended for being slow, and that it is not ready, so nothing is sent to it.
 * @returns whether it was a probe
 */
function answerProbe(...[request, response]: Parameters<RequestListener>): boolean {
  const [path] = request.url?.split('?') ?? [];
  if (path !== '/healthz' && path !== '/readyz') return false;
  const [status, body] =
    path === '/healthz' ? [200, { status: 'ok' }] : [503, { status: 'unavailable', checks: {} }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

const faults: Readonly<Record<string, (address: { host: string; port: number }) => string>> = {
  EADDRINUSE: ({ host, port }) => `Port ${port} of ${host} is in use. Stop what uses it, or set PORT.`,
  EACCES: ({ host, port }) =>
    `This user may not listen on port ${port} of ${host}. Set PORT to 1024 or more.`,
  EADDRNOTAVAIL: ({ host }) => `This machine has no address ${host}. Set HOST.`,
  ENOTFOUND: ({ host }) => `The address ${host} is unknown. Set HOST.`,
};

function stop(server: Server, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), patience);
    // A connection whose last answer has just ended is idle from then on, and would be kept alive.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
