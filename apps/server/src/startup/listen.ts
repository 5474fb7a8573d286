import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@restage/api';
import { failWith } from '@restage/errors';
import type { StartupFailure } from './failure.ts';

/** An HTTP server that listens. */
export interface Listener {
  readonly port: number;
  /** Where it listens. */
  readonly url: string;
  /** What links begin with. */
  readonly publicUrl: string;
  /** Takes no new connection and waits for the requests in flight, at most this long; then closes them. */
  stop(timeoutMs: number): Promise<void>;
}

/** Where to listen. */
interface Address {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What links begin with, if not this address; no slash at the end. */
  readonly publicUrl?: string | undefined;
}

/**
 * Listens at an address.
 * @param createHandler gets the public URL, which with port 0 is only known now. No request arrives before it returns.
 */
export async function listen(
  address: Address,
  createHandler: (publicUrl: string) => RequestListener,
): Promise<Listener | StartupFailure> {
  let handler!: RequestListener;
  let publicUrl = '';
  const server = createHttpServer(
    (request, response) => handler(request, response),
    () => publicUrl,
  );
  try {
    await once(server.listen(address.port, address.host), 'listening');
  } catch (error) {
    const reason = describeListenError(error, address);
    if (reason === undefined) throw error;
    return failWith('ADDRESS_UNUSABLE', reason);
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
  publicUrl = address.publicUrl ?? url;
  handler = createHandler(publicUrl);
  return { port, url, publicUrl, stop: (timeoutMs) => stopServer(server, timeoutMs) };
}

/** What the operator can do about an address that can't be listened on; undefined for other errors. */
function describeListenError(error: unknown, { host, port }: Address): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop what uses it, or set PORT.`;
    case 'EACCES':
      return `This user may not listen on port ${port} of ${host}. Set PORT to 1024 or more.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}. Set HOST.`;
    case 'ENOTFOUND':
      return `The address ${host} is unknown. Set HOST.`;
    default:
      return undefined;
  }
}

function stopServer(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), timeoutMs);
    // A connection whose last response has just ended is idle from then on, and would be kept alive.
    const idleCheck = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(idleCheck);
      resolve();
    });
    server.closeIdleConnections();
  });
}
