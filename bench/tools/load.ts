import { connect } from 'node:net';

/** A request that a bench sends over and over. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: string;
}

/** Sends requests as {@link sendRequests} does. @returns responses per second */
export async function measureRate(targets: readonly Target[], milliseconds: number): Promise<number> {
  const began = performance.now();
  const responses = await sendRequests(targets, milliseconds);
  return (responses / (performance.now() - began)) * 1000;
}

/**
 * Sends requests on connections that stay open, one at a time on each. Written on bare sockets, so that the client costs less
 * than the server.
 * @param targets one for each connection
 * @param milliseconds for how long
 * @returns the number of responses
 * @throws on a response that is not 200
 */
export async function sendRequests(targets: readonly Target[], milliseconds: number): Promise<number> {
  const until = performance.now() + milliseconds;
  const counts = await Promise.all(targets.map((target) => sendUntil(target.url, toRequest(target), until)));
  return counts.reduce((sum, count) => sum + count, 0);
}

function toRequest({ url, headers, body }: Target): string {
  const all = { host: url.host, ...headers, ...(body !== undefined && { 'content-length': body.length }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const method = body === undefined ? 'GET' : 'POST';
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** @returns the number of responses on one connection */
function sendUntil(url: URL, request: string, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.write(request)).setNoDelay(true);
    let received = '';
    let responses = 0;
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      if (!isComplete(received)) return;
      if (!received.startsWith('HTTP/1.1 200')) {
        socket.destroy();
        return reject(new Error(`not 200: ${received.slice(0, 400)}`));
      }
      received = '';
      responses += 1;
      if (performance.now() < until) return void socket.write(request);
      socket.destroy();
      resolve(responses);
    });
    socket.on('error', reject);
  });
}

/** Whether a response is complete, by its length or its last chunk. */
function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, end + 2))?.[1];
  return length === undefined
    ? received.endsWith('\r\n0\r\n\r\n')
    : received.length >= end + 4 + Number(length);
}
