import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../listen.ts';

/** A TCP proxy between one program and the database, which can break connections. */
export interface DatabaseProxy {
  readonly port: number;
  /** Resets every open connection. */
  resetConnections(): void;
  /** Resets them, and every new one, until {@link DatabaseProxy.restore}. */
  refuse(): void;
  /** Forwards nothing and closes nothing until {@link DatabaseProxy.restore}. */
  hang(): void;
  restore(): void;
  close(): void;
}

type State = 'open' | 'refusing' | 'hanging';

/** Starts a proxy. @param getTargetPort called for each connection */
export async function startDatabaseProxy(getTargetPort: () => number): Promise<DatabaseProxy> {
  let state: State = 'open';
  const pairs = new Set<readonly [Socket, Socket]>();
  const waiting = new Set<Socket>();

  function connectToDatabase(client: Socket): void {
    const database = connect({ host: '127.0.0.1', port: getTargetPort() });
    const pair = [client, database] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      database.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.pipe(database);
    database.pipe(client);
  }

  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (state === 'refusing') socket.resetAndDestroy();
    else if (state === 'hanging') waiting.add(socket.on('close', () => waiting.delete(socket)));
    else connectToDatabase(socket);
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
      for (const [client, database] of pairs) {
        client.unpipe(database).pause();
        database.unpipe(client).pause();
      }
    },
    restore() {
      const previous = state;
      state = 'open';
      if (previous !== 'hanging') return;
      for (const [client, database] of pairs) {
        client.pipe(database);
        database.pipe(client);
      }
      for (const socket of waiting) connectToDatabase(socket);
      waiting.clear();
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    },
  };
}
