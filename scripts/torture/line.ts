import { connect, createServer, type Socket } from 'node:net';
import { addressOf } from './address.ts';

/** A line between one program and the database, which can be cut. */
export interface Line {
  readonly port: number;
  /** Resets every connection that is open. */
  cut(): void;
  /** Resets them, and every new one, until {@link heal}. */
  refuse(): void;
  /** Lets nothing through, and says nothing, until {@link heal}. */
  hang(): void;
  heal(): void;
  close(): void;
}

type State = 'whole' | 'refusing' | 'hanging';

/** Opens a line to wherever `target` says, which is asked for each connection. */
export async function openLine(target: () => number): Promise<Line> {
  let state: State = 'whole';
  const pairs = new Set<readonly [Socket, Socket]>();
  const waiting = new Set<Socket>();

  function join(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: target() });
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    near.pipe(far);
    far.pipe(near);
  }

  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (state === 'refusing') socket.resetAndDestroy();
    else if (state === 'hanging') waiting.add(socket.on('close', () => waiting.delete(socket)));
    else join(socket);
  });
  const port = await addressOf(server);
  const cut = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port,
    cut,
    refuse() {
      state = 'refusing';
      cut();
    },
    hang() {
      state = 'hanging';
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    heal() {
      const before = state;
      state = 'whole';
      if (before !== 'hanging') return;
      for (const [near, far] of pairs) {
        near.pipe(far);
        far.pipe(near);
      }
      for (const socket of waiting) join(socket);
      waiting.clear();
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    },
  };
}
