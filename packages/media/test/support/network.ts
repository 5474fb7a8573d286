import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Network } from '../../src/fetch/network.ts';
import { makeCertificate } from './certificate.ts';

/** An address of the open internet that stands for the test's own server, and names that resolve to it. */
export const publicAddress = '93.184.216.34';
export const publicAddress6 = '2606:4700::6810:85e5';
export const publicName = 'media.restage-test.net';
export const otherPublicName = 'cdn.restage-test.net';
/** A name that the server has a certificate for, and that tests resolve as they like. */
export const changingName = 'changing.restage-test.net';
/** Addresses of the open internet that this machine itself has. */
export const ownAddress = '203.0.114.77';
export const ownAddress6 = '2606:4700:0:0::77';
const publicHosts: Readonly<Record<string, readonly string[]>> = {
  [publicName]: [publicAddress],
  [otherPublicName]: [publicAddress, publicAddress6],
};

/** A small internet: one https server at public addresses, a canary at all others, and names as told. */
export interface TestNetwork {
  readonly network: Network;
  /** Connections that the canary has had: what should never be dialled was. */
  readonly canary: { connections: number };
  /** Connections that the server has had. */
  readonly origin: { connections: number };
  /** Names looked up, in order. */
  readonly lookups: string[];
  /** Connections to the server that are open. */
  open(): number;
  close(): Promise<void>;
}

/**
 * Opens the server and the canary, both real sockets on the loopback. Addresses are checked before they come
 * to `connect`, which sends the public ones to the server and whatever else to the canary.
 */
export async function openTestNetwork(
  listener: RequestListener,
  resolve: (name: string) => readonly string[] | undefined = () => undefined,
): Promise<TestNetwork> {
  const hosts = [publicName, otherPublicName, changingName, publicAddress, publicAddress6];
  const certificate = makeCertificate(hosts);
  const server = createTlsServer(certificate, listener);
  const canaryServer = createServer((socket) => socket.destroy());
  const [origin, canary] = [await countConnections(server), await countConnections(canaryServer)];
  const lookups: string[] = [];
  return {
    canary,
    origin,
    lookups,
    network: {
      allowPrivateNetwork: false,
      certificateAuthorities: certificate.cert,
      ownAddresses: () => ['127.0.0.1', ownAddress, ownAddress6],
      async resolveName(name) {
        lookups.push(name);
        const found = resolve(name) ?? publicHosts[name];
        if (!found) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
        return found;
      },
      connect(address) {
        const isOurs = address === publicAddress || address === publicAddress6;
        return connect({ host: '127.0.0.1', port: isOurs ? origin.port : canary.port });
      },
    },
    open: () => origin.sockets.size,
    async close() {
      for (const socket of [...origin.sockets, ...canary.sockets]) socket.destroy();
      await Promise.all([closeServer(server), closeServer(canaryServer)]);
    },
  };
}

async function countConnections(server: Server) {
  const counted = { connections: 0, port: 0, sockets: new Set<Socket>() };
  server.on('connection', (socket: Socket) => {
    counted.connections += 1;
    counted.sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => counted.sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  counted.port = (server.address() as AddressInfo).port;
  return counted;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** Answers a request for a file, with ranges or without. */
export function serveFile(bytes: Buffer, options: { readonly ranges: boolean }): RequestListener {
  return (incoming, response) => {
    const asked = options.ranges ? /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') : null;
    const start = Number(asked?.[1] ?? 0);
    const end = Math.min(Number(asked?.[2] ?? Infinity), bytes.length - 1);
    response.setHeader('content-length', end - start + 1).setHeader('etag', '"1"');
    if (asked) {
      response.setHeader('content-range', `bytes ${start}-${end}/${bytes.length}`);
      response.statusCode = 206;
    }
    response.end(bytes.subarray(start, end + 1));
  };
}
