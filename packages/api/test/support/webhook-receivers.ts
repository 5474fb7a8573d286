import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ProcedureOutput } from '@restage/contract';
import { authenticate, defaultWebhookSettings, startGeneration, type WebhookSettings } from '@restage/core';
import { isFailure } from '@restage/errors';
import { makePng, openTestNetwork, publicName } from '@restage/media/testing';
import { openTestServices, type TestServices } from '@restage/testing/support';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect } from 'vitest';

/** A received webhook. */
export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Unix milliseconds. */
  readonly at: number;
}

type Responder = (webhook: ReceivedWebhook, incoming: IncomingMessage, response: ServerResponse) => void;

/** An endpoint for webhooks, and the webhooks that it has received. */
export interface Receiver {
  readonly url: string;
  readonly received: ReceivedWebhook[];
}

/** Services with webhook receivers. */
export interface WebhookServices extends TestServices {
  /** Adds a receiver that responds to POST with the responder, and to HEAD with 204. */
  addReceiver(responder: Responder): Receiver;
  /** Resets every open connection to the receivers at TCP level, as a crashed host does. */
  resetConnections(): void;
  /** Starts an image job with a callback URL. */
  startJob(
    key: string,
    callback_url: string | undefined,
    fields?: object,
  ): Promise<ProcedureOutput<'generations.start'>>;
}

/** The schedule of attempts, about a thousand times as fast. */
export const fastWebhooks: WebhookSettings = {
  ...defaultWebhookSettings,
  delaysMs: [0, 20, 40, 60, 80],
  timeoutMs: 1500,
  lostAfterMs: 500,
  overdueAfterMs: 100,
};

/** Opens services for the calling test file, whose webhooks go over real TLS to receivers in this process. */
export async function openWebhookServices(
  settings: WebhookSettings = fastWebhooks,
): Promise<WebhookServices> {
  const receivers = new Map<string, { respond: Responder; received: ReceivedWebhook[] }>();
  const network = await openTestNetwork(async (incoming, response) => {
    if (incoming.url === '/picture.png') return void response.end(makePng(64, 48));
    const receiver = receivers.get(incoming.url ?? '');
    if (!receiver || incoming.method !== 'POST') return void response.writeHead(204).end();
    const webhook = { headers: incoming.headers, body: await text(incoming), at: Date.now() };
    receiver.received.push(webhook);
    receiver.respond(webhook, incoming, response);
  });
  const relay = await createBreakableRelay(network.network.connect);
  const services = await openTestServices({
    settings: { webhooks: settings },
    media: { ...network.network, connect: relay.connect },
  });
  afterAll(async () => {
    await relay.close();
    await network.close();
  });
  return {
    ...services,
    resetConnections: relay.reset,
    addReceiver(respond) {
      const path = `/hooks/${receivers.size}`;
      const received: ReceivedWebhook[] = [];
      receivers.set(path, { respond, received });
      return { url: `https://${publicName}${path}`, received };
    },
    async startJob(key, callback_url, fields = {}) {
      const account = await authenticate(services.ctx, { apiKey: key, bearer: undefined });
      if (isFailure(account)) throw new Error(account.message);
      const job = await startGeneration(
        { ...services.ctx, account, responseMeta: { replayed: false }, largeStrings: new Map() },
        {
          generation_type: 'image',
          alpha_mode: 'fill',
          max_resolution: 720,
          prompt: 'a beach',
          source_uri: `data:image/png;base64,${makePng(64, 48).toString('base64')}`,
          ...(callback_url !== undefined && { callback_url }),
          ...fields,
        },
      );
      if (isFailure(job)) throw new Error(job.message);
      return job;
    },
  };
}

type Connect = (address: string, port: number) => Socket;

/** Creates a TCP relay to the servers that `connectUpstream` connects to. It can reset the connections. */
async function createBreakableRelay(connectUpstream: Connect) {
  const open = new Set<Socket>();
  const targets: [string, number][] = [];
  const relay = createServer((socket) => {
    const upstream = connectUpstream(...(targets.shift() ?? ['', 0]));
    open.add(socket);
    const end = () => {
      open.delete(socket);
      socket.destroy();
      upstream.destroy();
    };
    socket.on('error', end).on('close', end).pipe(upstream);
    upstream.on('error', end).on('close', end).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  return {
    connect: ((...target) => {
      targets.push(target);
      return connect({ host: '127.0.0.1', port });
    }) satisfies Connect as Connect,
    reset() {
      for (const socket of open) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

/** Creates a responder that sends only a status and headers. */
export const respondWith =
  (status: number, headers: Record<string, string> = {}): Responder =>
  (_, __, response) =>
    void response.writeHead(status, headers).end();

/**
 * Verifies a webhook with the reference library.
 * @returns its body
 * @throws if the signature is invalid
 */
export function verify({ headers, body }: ReceivedWebhook, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** Returns the latest webhook of a receiver that has at least one. */
export function getLatest({ received }: Receiver): ReceivedWebhook {
  const latest = received.at(-1);
  if (!latest) throw new Error('The receiver has no webhook.');
  return latest;
}

/** Waits until a condition is true. */
export async function waitUntil(condition: () => unknown): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 10 }).toBeTruthy();
}
