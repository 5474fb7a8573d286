import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { allowedAddresses, bareHost } from './host.ts';
import type { Network } from './network.ts';

const addressesTried = 4;

/**
 * A connector for undici's Agent that resolves the host, checks every address, and dials the very address
 * that was checked, so that a second look-up can't answer otherwise. TLS is verified for the host's name.
 * @param connectMs for look-up, TCP and TLS together
 */
export function checkedConnector(network: Network, connectMs: number): buildConnector.connector {
  return ({ hostname, protocol, port }, callback) => {
    const signal = AbortSignal.timeout(connectMs);
    const host = bareHost(hostname);
    const secure = protocol === 'https:';
    open(host, Number(port) || (secure ? 443 : 80))
      .then((socket) => (secure ? secured(socket, host) : socket))
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );

    async function open(name: string, portNumber: number): Promise<Socket> {
      const addresses = await abortable(allowedAddresses(name, network), signal);
      if (addresses === undefined) throw new Error('the host is not on the open internet');
      const tried = addresses.slice(0, addressesTried);
      let failure: unknown;
      for (const address of tried) {
        signal.throwIfAborted();
        const share = AbortSignal.timeout(connectMs / tried.length);
        try {
          return await ready(network.dial(address, portNumber), 'connect', AbortSignal.any([signal, share]));
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    }

    async function secured(socket: Socket, name: string): Promise<Socket> {
      const tls = connectTls({
        socket,
        host: name,
        servername: isIP(name) ? '' : name,
        ALPNProtocols: ['http/1.1'],
        ...(network.certificateAuthorities ? { ca: network.certificateAuthorities } : {}),
      });
      return await ready(tls, 'secureConnect', signal);
    }
  };
}

/** Waits for a socket's event; a socket that fails or takes too long is destroyed. */
async function ready<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    // Errors that follow have no other listener, and would end the process.
    socket.on('error', () => undefined).destroy();
    throw error;
  }
  return socket.setNoDelay(true);
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
