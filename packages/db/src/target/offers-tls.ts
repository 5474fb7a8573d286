import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { DatabaseTarget } from './target.ts';

/** PostgreSQL's SSLRequest message: its length, and a code that is no protocol version. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Asks a server whether it supports TLS, as PostgreSQL's clients do, and disconnects.
 * @param timeoutMs after this time without an answer the host counts as unreachable
 * @throws what connecting throws, or an error with the code CONNECT_TIMEOUT, CONNECTION_CLOSED or PROTOCOL
 */
export async function offersTls({ host, port }: DatabaseTarget, timeoutMs: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  const closed = once(socket, 'close').then(() => {
    throw Object.assign(new Error('closed'), { code: 'CONNECTION_CLOSED' });
  });
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    socket.write(sslRequest);
    const [answer] = (await Promise.race([once(socket, 'data', { signal: deadline }), closed])) as [Buffer];
    const reply = String.fromCharCode(answer[0] ?? 0);
    if (reply === 'S' || reply === 'N') return reply === 'S';
    // A server that is out of processes, or very old, sends an error instead; connecting reports it again.
    if (reply === 'E') return false;
    throw Object.assign(new Error('it does not answer as PostgreSQL does'), { code: 'PROTOCOL' });
  } catch (error) {
    if (deadline.aborted) throw Object.assign(new Error('timed out'), { code: 'CONNECT_TIMEOUT' });
    throw error;
  } finally {
    closed.catch(() => {});
    socket.on('error', () => {}).destroy();
  }
}
