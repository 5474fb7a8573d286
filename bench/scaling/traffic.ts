import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What has gone through a proxy so far. */
interface Traffic {
  readonly statements: number;
  /** Both ways. */
  readonly bytes: number;
}

/** A proxy before PostgreSQL that counts. */
export interface CountingProxy {
  readonly url: string;
  readonly read: () => Traffic;
  /** The connections that are open. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Starts a proxy that counts the statements, bytes and connections of whoever uses its URL. */
export async function startCountingProxy(databaseUrl: string): Promise<CountingProxy> {
  const url = new URL(databaseUrl);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let [statements, bytes] = [0, 0];
  const server = createServer((client) => {
    const database = connect(upstream);
    sockets.add(client);
    const count = createStatementCounter();
    client.on('data', (chunk) => {
      bytes += chunk.length;
      statements += count(chunk);
    });
    database.on('data', (chunk) => {
      bytes += chunk.length;
    });
    client.pipe(database).pipe(client);
    for (const socket of [client, database]) {
      socket.on('error', () => client.destroy());
      socket.on('close', () => {
        sockets.delete(client);
        client.destroy();
        database.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    read: () => ({ statements, bytes }),
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const sslRequest = 80_877_103;

/**
 * Counts what a client asks for in PostgreSQL's protocol: simple queries (Q) and executions of prepared ones (E).
 * @returns takes each chunk, and says how many statements end in it
 */
function createStatementCounter(): (chunk: Buffer) => number {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let statements = 0;
    for (;;) {
      // The first messages of a connection have no type: at most one asks for TLS, the last names the user.
      const typeBytes = isStarted ? 1 : 0;
      if (rest.length < typeBytes + 4) return statements;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) return statements;
      if (!isStarted) isStarted = rest.readInt32BE(4) !== sslRequest;
      else if (rest[0] === 0x51 || rest[0] === 0x45) statements += 1;
      rest = rest.subarray(length);
    }
  };
}
