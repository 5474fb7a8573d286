import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a Cog server says of a prediction, in its answers and webhooks. Unknown fields are ignored. */
export interface Prediction {
  readonly id?: string;
  readonly status?: string;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly logs?: string;
}

/** Receives the webhooks of predictions in flight. */
export interface Listener {
  /** Starts to listen for one prediction. @returns the URL to give the server, and how to stop. */
  expect(receive: (prediction: Prediction) => void): Promise<{ url: string; forget(): void }>;
  close(): Promise<void>;
}

/** Bodies over this are refused; outputs may come as data URIs. */
const bodyBytes = 700 * 1024 * 1024;

/**
 * A small HTTP server, started by the first prediction. Each has an address that can't be guessed.
 * @param host the interface to listen on, and the name under which the model server reaches it.
 */
export function createListener(host: string): Listener {
  const expected = new Map<string, (prediction: Prediction) => void>();
  const server = createServer((request, response) => {
    const receive = expected.get(request.url?.slice(1) ?? '');
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size > bodyBytes || receive === undefined) request.destroy();
      else parts.push(part);
    });
    request.on('end', () => {
      const prediction = parse(Buffer.concat(parts).toString('utf8'));
      response.writeHead(receive === undefined || prediction === undefined ? 404 : 204).end();
      if (prediction !== undefined) receive?.(prediction);
    });
  });
  let started: Promise<number> | undefined;
  const start = () =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
      server.unref();
    });

  return {
    async expect(receive) {
      started ??= start();
      const port = await started;
      const token = randomUUID();
      expected.set(token, receive);
      return { url: `http://${host}:${port}/${token}`, forget: () => expected.delete(token) };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        if (started === undefined) resolve();
        else server.close(() => resolve());
      }),
  };
}

function parse(text: string): Prediction | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Prediction) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
