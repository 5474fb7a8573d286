import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';

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

/** Serves `fetch` at an address. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  address: { readonly host: string; readonly port: number },
): Promise<Listener | ListenFault> {
  const server = createAdaptorServer({ fetch });
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
