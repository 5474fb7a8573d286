import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { resolveAllowedAddresses, toBareHost } from './host.ts';
import type { Network } from './network.ts';

const maxAddresses = 4;

/**
 * Creates a connector for undici's Agent that resolves the host, checks every address, and connects to an address that
 * it checked, so that a second DNS lookup can't return another one. TLS is verified for the host's name.
 * @param connectMs for DNS lookup, TCP and TLS together
 */
export function createCheckedConnector(network: Network, connectMs: number): buildConnector.connector {
  return ({ hostname, protocol, port }, callback) => {
    const signal = AbortSignal.timeout(connectMs);
    const host = toBareHost(hostname);
    const isSecure = protocol === 'https:';
    openSocket(host, Number(port) || (isSecure ? 443 : 80))
      .then((socket) => (isSecure ? openTls(socket, host) : socket))
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );

    async function openSocket(name: string, portNumber: number): Promise<Socket> {
      const addresses = await rejectOnAbort(resolveAllowedAddresses(name, network), signal);
      if (addresses === undefined) throw new Error('the host is not on the open internet');
      const tried = addresses.slice(0, maxAddresses);
      let failure: unknown;
      for (const address of tried) {
        signal.throwIfAborted();
        const share = AbortSignal.timeout(connectMs / tried.length);
        try {
          return await waitForSocket(
            network.connect(address, portNumber),
            'connect',
            AbortSignal.any([signal, share]),
          );
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    }

    async function openTls(socket: Socket, name: string): Promise<Socket> {
      const tls = connectTls({
        socket,
        host: name,
        servername: isIP(name) ? '' : name,
        ALPNProtocols: ['http/1.1'],
        ...(network.certificateAuthorities ? { ca: network.certificateAuthorities } : {}),
      });
      return await waitForSocket(tls, 'secureConnect', signal);
    }
  };
}

/** Waits for an event of a socket; destroys a socket that fails or takes too long. */
async function waitForSocket<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    // Later errors have no other listener, and would end the process.
    socket.on('error', () => undefined).destroy();
    throw error;
  }
  return socket.setNoDelay(true);
}

function rejectOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
