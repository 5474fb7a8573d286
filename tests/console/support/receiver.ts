import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** An event as it arrived. */
interface ReceivedEvent {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on this machine. A server sends to it only with RESTAGE_ALLOW_PRIVATE_NETWORK=1. */
export interface Receiver {
  readonly url: string;
  /** What has arrived, oldest first. */
  readonly events: readonly ReceivedEvent[];
  /** Answers with this status from now on. It begins with 200. */
  answerWith(status: number): void;
}

/** Starts a receiver for the tests of one file. */
export async function startReceiver(): Promise<Receiver> {
  let status = 200;
  const events: ReceivedEvent[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    // A HEAD asks whether the URL answers at all.
    if (request.method === 'POST') events.push({ headers: request.headers, body });
    response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    events,
    answerWith(next) {
      status = next;
    },
  };
}
