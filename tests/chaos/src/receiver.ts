import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from '@restage/sdk';
import { listenOnLoopback } from './listen.ts';
import { type Endpoint, endpoints } from './orders.ts';

/** A webhook request that arrived. */
export interface ReceivedWebhook {
  readonly key: string;
  readonly deliveryId: string;
  readonly jobId: string;
  readonly status: string;
  /** Answered with a 2xx. */
  readonly isAccepted: boolean;
  /** Signed with the account's secret. */
  readonly isSignatureValid: boolean;
}

/** An HTTP server that receives webhooks and records them. */
export interface Receiver {
  url(account: number, endpoint: Endpoint, key: string): string;
  readonly received: ReceivedWebhook[];
  close(): void;
}

/** Starts a receiver. @param secrets the signing secret of each account */
export async function startReceiver(secrets: readonly string[]): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const attempts = new Map<string, number>();

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.method !== 'POST') return void response.writeHead(204).end();
    const [, account = '', name, key = ''] = (incoming.url ?? '').split('/');
    const endpoint = endpoints.find((known) => known === name) ?? 'dead';
    const body = await text(incoming);
    const headers = new Headers(incoming.headers as Record<string, string>);
    const isSignatureValid = await verifyWebhook({
      body,
      headers,
      secret: secrets[Number(account)] ?? '',
    }).then(
      () => true,
      () => false,
    );
    const deliveryId = headers.get('webhook-id') ?? '';
    const attempt = (attempts.get(deliveryId) ?? 0) + 1;
    attempts.set(deliveryId, attempt);
    const status = chooseResponse(endpoint, attempt);
    const { id: jobId, status: jobStatus } = JSON.parse(body) as { id: string; status: string };
    received.push({
      key,
      deliveryId,
      jobId,
      status: jobStatus,
      isAccepted: status === 204,
      isSignatureValid,
    });
    if (status === 'reset') return void incoming.socket.resetAndDestroy();
    if (status === 'hang') return;
    const delayMs = endpoint === 'slow' ? 1500 : 0;
    setTimeout(() => response.writeHead(status).end(), delayMs);
  }

  const server = createServer((incoming, response) => {
    // The sender was killed in the middle of its request.
    receive(incoming, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server);
  return {
    url: (account, endpoint, key) => `http://127.0.0.1:${port}/${account}/${endpoint}/${key}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function chooseResponse(endpoint: Endpoint, attempt: number): number | 'reset' | 'hang' {
  switch (endpoint) {
    case 'ok':
    case 'slow':
      return 204;
    case 'flaky':
      return attempt <= 2 ? 503 : 204;
    case 'resets':
      return attempt <= 1 ? 'reset' : 204;
    case 'gone':
      return 410;
    case 'dead':
      return 500;
    case 'hangs':
      return 'hang';
  }
}
