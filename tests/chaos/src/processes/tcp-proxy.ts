import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../listen.ts';

/** A TCP proxy that can break the connections through it. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every open connection. */
  resetConnections(): void;
  /** Resets them, and every new one, until {@link TcpProxy.restore}. */
  refuse(): void;
  /** Forwards nothing and closes nothing until {@link TcpProxy.restore}. */
  hang(): void;
  restore(): void;
  close(): void;
}

type State = 'open' | 'refusing' | 'hanging';

/** Starts a proxy. @param getTargetPort called for each connection */
export async function startTcpProxy(getTargetPort: () => number): Promise<TcpProxy> {
  let state: State = 'open';
  const pairs = new Set<readonly [Socket, Socket]>();
  /** Pairs that forward nothing, and clients that have no target yet, until all is restored. */
  const hanging = new Set<readonly [Socket, Socket]>();
  const waiting = new Set<Socket>();

  function connectToTarget(client: Socket): void {
    const target = connect({ host: '127.0.0.1', port: getTargetPort() });
    const pair = [client, target] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      hanging.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.pipe(target);
    target.pipe(client);
  }

  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (state === 'refusing') socket.resetAndDestroy();
    else if (state === 'hanging') waiting.add(socket.on('close', () => waiting.delete(socket)));
    else connectToTarget(socket);
  });
  const port = await listenOnLoopback(server);
  const resetConnections = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port,
    resetConnections,
    refuse() {
      state = 'refusing';
      resetConnections();
    },
    hang() {
      state = 'hanging';
      for (const pair of pairs) {
        const [client, target] = pair;
        client.unpipe(target).pause();
        target.unpipe(client).pause();
        hanging.add(pair);
      }
    },
    restore() {
      state = 'open';
      for (const [client, target] of hanging) {
        client.pipe(target);
        target.pipe(client);
      }
      hanging.clear();
      for (const socket of waiting) connectToTarget(socket);
      waiting.clear();
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    },
  };
}
