import { connect } from 'node:net';

/**
 * Sends one GET request over and over, on connections that stay open, one request at a time on each. Written on bare
 * sockets, so that the client costs less than the server.
 * @param milliseconds for how long
 * @returns responses per second
 * @throws on a response that is not 200
 */
export async function measureRate(
  url: URL,
  headers: Readonly<Record<string, string>>,
  connections: number,
  milliseconds: number,
): Promise<number> {
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  const until = performance.now() + milliseconds;
  const began = performance.now();
  const counts = await Promise.all(Array.from({ length: connections }, () => sendUntil(url, request, until)));
  const responses = counts.reduce((sum, count) => sum + count, 0);
  return (responses / (performance.now() - began)) * 1000;
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
