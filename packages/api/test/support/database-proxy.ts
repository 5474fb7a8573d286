import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/** A proxy before a database, which can stop to forward anything. */
export interface DatabaseProxy {
  /** Starts the proxy. @returns the URL to connect to */
  start(url: string): Promise<string>;
  /** From now on nothing comes through, as from a database that is frozen. */
  freeze(): void;
  /** Ends the frozen connections; new ones work. */
  recover(): void;
}

/** Creates a proxy for the calling test file. */
export function createDatabaseProxy(): DatabaseProxy {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  return {
    async start(url) {
      const target = new URL(url);
      const proxy = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(from);
          from.on('data', (chunk) => {
            if (!isFrozen) to.write(chunk);
          });
          from.on('close', () => to.destroy());
          from.on('error', () => to.destroy());
        }
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
      afterAll(() => proxy.close());
      const address = proxy.address();
      if (typeof address !== 'object' || !address) throw new Error('no address');
      return Object.assign(new URL(url), { port: String(address.port) }).href;
    },
    freeze() {
      isFrozen = true;
    },
    recover() {
      isFrozen = false;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}
