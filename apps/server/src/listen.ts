import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { commonHeaders, createHttpServer, newRequestId } from '@restage/api/http';
import { type FailureValue, failWith } from '@restage/errors';

/** A listening server. It begins by telling that it lives, and keeps what else is asked. */
export interface Listener {
  readonly port: number;
  /** Where it listens. */
  readonly url: string;
  /** What links begin with. */
  readonly publicUrl: string;
  /** Has requests answered from now on, those that were kept first. */
  serve(answer: RequestListener): void;
  /**
   * Takes no new connection, and waits for the requests in flight, at most so many milliseconds. Those that are still
   * kept are dropped.
   */
  stop(patience: number): Promise<void>;
}

/** Where to listen, and what the world calls it. */
interface Address {
  readonly host: string;
  readonly port: number;
  /** What links begin with, where that is not this address; no slash at the end. */
  readonly publicUrl?: string | undefined;
}

/** Listens at an address. @returns why it can't be had, otherwise, as one line */
export function listen(address: Address): Promise<Listener | FailureValue<'ADDRESS_UNUSABLE'>> {
  let kept: Parameters<RequestListener>[] | undefined = [];
  let answer: RequestListener = (request, response) => {
    if (!answerProbe(request, response)) kept?.push([request, response]);
  };
  let url = '';
  const publicUrl = () => address.publicUrl ?? url;
  const server = createHttpServer((request, response) => answer(request, response), publicUrl);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fault = faults[error.code ?? '']?.(address);
      if (fault) resolve(failWith('ADDRESS_UNUSABLE', fault));
      else reject(error);
    });
    server.listen(address.port, address.host, () => {
      const { port } = server.address() as AddressInfo;
      url = `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
      resolve({
        port,
        url,
        publicUrl: publicUrl(),
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
  const headers = { ...commonHeaders(newRequestId()), 'content-type': 'application/json' };
  response.writeHead(status, headers).end(JSON.stringify(body));
  return true;
}

const faults: Readonly<Record<string, (address: Address) => string>> = {
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
