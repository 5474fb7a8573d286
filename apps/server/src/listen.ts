import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { limits } from '@restage/contract';
import { encodeEnvelope, fail } from '@restage/errors';

/** A listening server. */
export interface Listener {
  readonly port: number;
  /** Takes no new connection, and waits for the requests in flight, at most so many milliseconds. */
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
    `x-request-id: req_${randomUUID()}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${text}`);
}

/** Serves `fetch` at an address. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  address: { readonly host: string; readonly port: number },
): Promise<Listener | ListenFault> {
  const server = createAdaptorServer({ fetch, serverOptions });
  server.on('clientError', refuseConnection);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fault = faults[error.code ?? '']?.(address);
      if (fault) resolve({ fault });
      else reject(error);
    });
    server.listen(address.port, address.host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, stop: (patience) => stop(server, patience) });
    });
  });
}

const faults: Readonly<Record<string, (address: { host: string; port: number }) => string>> = {
  EADDRINUSE: ({ host, port }) => `Port ${port} of ${host} is in use. Stop what uses it, or set PORT.`,
  EACCES: ({ host, port }) =>
    `This user may not listen on port ${port} of ${host}. Set PORT to 1024 or more.`,
  EADDRNOTAVAIL: ({ host }) => `This machine has no address ${host}. Set HOST.`,
  ENOTFOUND: ({ host }) => `The address ${host} is unknown. Set HOST.`,
};

function stop(server: ServerType, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      if ('closeAllConnections' in server) server.closeAllConnections();
    }, patience);
    // A connection whose last answer has just ended is idle from then on, and would be kept alive.
    const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
