import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { DatabaseTarget } from './target.ts';

/** PostgreSQL's SSLRequest: its length, and the code that no version of the protocol has. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Asks a server whether it speaks TLS, in the way of PostgreSQL's clients, and hangs up.
 * @param timeout milliseconds after which a silent host counts as unreachable
 * @throws what connecting throws, or an error with the code CONNECT_TIMEOUT, CONNECTION_CLOSED or PROTOCOL
 */
export async function offersTls({ host, port }: DatabaseTarget, timeout: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  const closed = once(socket, 'close').then(() => {
    throw Object.assign(new Error('closed'), { code: 'CONNECTION_CLOSED' });
  });
  const late = AbortSignal.timeout(timeout);
  try {
    socket.write(sslRequest);
    const [answer] = (await Promise.race([once(socket, 'data', { signal: late }), closed])) as [Buffer];
    const word = String.fromCharCode(answer[0] ?? 0);
    if (word === 'S' || word === 'N') return word === 'S';
    // An error at once, which only a server that is out of processes or very old gives, is said again to whoever connects.
    if (word === 'E') return false;
    throw Object.assign(new Error('it does not answer as PostgreSQL does'), { code: 'PROTOCOL' });
  } catch (error) {
    if (late.aborted) throw Object.assign(new Error('timed out'), { code: 'CONNECT_TIMEOUT' });
    throw error;
  } finally {
    closed.catch(() => {});
    socket.on('error', () => {}).destroy();
  }
}
