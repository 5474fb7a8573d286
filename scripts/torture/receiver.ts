import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from '../../packages/sdk/src/index.ts';
import { addressOf } from './address.ts';
import { type Endpoint, endpoints } from './orders.ts';

/** A webhook as it arrived. */
export interface Arrival {
  readonly key: string;
  readonly delivery: string;
  readonly job: string;
  readonly status: string;
  /** Answered 2xx. */
  readonly taken: boolean;
  /** Its signature was the account's. */
  readonly genuine: boolean;
}

/** Where webhooks go, and all that has arrived there. */
export interface Receiver {
  url(account: number, endpoint: Endpoint, key: string): string;
  readonly arrivals: Arrival[];
  close(): void;
}

/** Opens a receiver. @param secrets those that sign, by account */
export async function openReceiver(secrets: readonly string[]): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const times = new Map<string, number>();

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.method !== 'POST') return void response.writeHead(204).end();
    const [, account = '', name, key = ''] = (incoming.url ?? '').split('/');
    const endpoint = endpoints.find((known) => known === name) ?? 'dead';
    const body = await text(incoming);
    const headers = new Headers(incoming.headers as Record<string, string>);
    const genuine = await verifyWebhook({ body, headers, secret: secrets[Number(account)] ?? '' }).then(
      () => true,
      () => false,
    );
    const delivery = headers.get('webhook-id') ?? '';
    const time = (times.get(delivery) ?? 0) + 1;
    times.set(delivery, time);
    const status = answerOf(endpoint, time);
    const { id: job, status: ending } = JSON.parse(body) as { id: string; status: string };
    arrivals.push({ key, delivery, job, status: ending, taken: status === 204, genuine });
    if (status === 'reset') return void incoming.socket.resetAndDestroy();
    if (status === 'hang') return;
    const delay = endpoint === 'slow' ? 1500 : 0;
    setTimeout(() => response.writeHead(status).end(), delay);
  }

  const server = createServer((incoming, response) => {
    // A sender that was killed in the middle of its request.
    receive(incoming, response).catch(() => response.destroy());
  });
  const port = await addressOf(server);
  return {
    url: (account, endpoint, key) => `http://127.0.0.1:${port}/${account}/${endpoint}/${key}`,
    arrivals,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerOf(endpoint: Endpoint, time: number): number | 'reset' | 'hang' {
  switch (endpoint) {
    case 'ok':
    case 'slow':
      return 204;
    case 'flaky':
      return time <= 2 ? 503 : 204;
    case 'resets':
      return time <= 1 ? 'reset' : 204;
    case 'gone':
      return 410;
    case 'dead':
      return 500;
    case 'hangs':
      return 'hang';
  }
}
