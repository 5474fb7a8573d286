import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ProcedureOutput } from '@restage/contract';
import { authenticate, defaultWebhookSettings, startGeneration, type WebhookSettings } from '@restage/core';
import { isFailure } from '@restage/errors';
import { makePng, openTestNetwork, publicName } from '@restage/media/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect } from 'vitest';
import { type TestWorld, testWorld } from './world.ts';

/** A webhook as it arrived. */
export interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Unix milliseconds. */
  readonly at: number;
}

type Answer = (arrived: Arrived, incoming: IncomingMessage, response: ServerResponse) => void;

/** A place that webhooks are sent to, and what has arrived there. */
export interface Receiver {
  readonly url: string;
  readonly arrived: Arrived[];
}

/** A world with receivers in it. */
export interface WebhookWorld extends TestWorld {
  /** Opens a receiver that answers POST as told; to HEAD, each answers 204. */
  receiver(answer: Answer): Receiver;
  /** Resets every connection to a receiver that is open, as a crashing host does: TLS is not told. */
  reset(): void;
  /** Starts an image job with a callback URL, by the account's key. */
  start(
    key: string,
    callback_url: string | undefined,
    more?: object,
  ): Promise<ProcedureOutput<'generations.start'>>;
}

/** The schedule, some thousand times as fast. */
export const hurried: WebhookSettings = {
  ...defaultWebhookSettings,
  delaysMs: [0, 20, 40, 60, 80],
  timeoutMs: 1500,
  lostAfterMs: 500,
  overdueAfterMs: 100,
};

/** Builds a world for the calling test file, whose webhooks go through real TLS to receivers in this process. */
export async function webhookWorld(settings: WebhookSettings = hurried): Promise<WebhookWorld> {
  const receivers = new Map<string, { answer: Answer; arrived: Arrived[] }>();
  const network = await openTestNetwork(async (incoming, response) => {
    if (incoming.url === '/picture.png') return void response.end(makePng(64, 48));
    const receiver = receivers.get(incoming.url ?? '');
    if (!receiver || incoming.method !== 'POST') return void response.writeHead(204).end();
    const arrived = { headers: incoming.headers, body: await text(incoming), at: Date.now() };
    receiver.arrived.push(arrived);
    receiver.answer(arrived, incoming, response);
  });
  const line = await breakableLine(network.network.connect);
  const world = await testWorld({
    settings: { webhooks: settings },
    media: { ...network.network, connect: line.dial },
  });
  afterAll(async () => {
    await line.close();
    await network.close();
  });
  return {
    ...world,
    reset: line.reset,
    receiver(answer) {
      const path = `/hooks/${receivers.size}`;
      const arrived: Arrived[] = [];
      receivers.set(path, { answer, arrived });
      return { url: `https://${publicName}${path}`, arrived };
    },
    async start(key, callback_url, more = {}) {
      const account = await authenticate(world.ctx, { apiKey: key, bearer: undefined });
      if (isFailure(account)) throw new Error(account.message);
      const job = await startGeneration(
        { ...world.ctx, account, responseMeta: { replayed: false }, largeStrings: new Map() },
        {
          generation_type: 'image',
          alpha_mode: 'fill',
          max_resolution: 720,
          prompt: 'a beach',
          source_uri: `data:image/png;base64,${makePng(64, 48).toString('base64')}`,
          ...(callback_url !== undefined && { callback_url }),
          ...more,
        },
      );
      if (isFailure(job)) throw new Error(job.message);
      return job;
    },
  };
}

type Dial = (address: string, port: number) => Socket;

/** Puts a relay between who dials and who is dialled, which can break the line with a TCP reset. */
async function breakableLine(dial: Dial) {
  const open = new Set<Socket>();
  const targets: [string, number][] = [];
  const relay = createServer((socket) => {
    const onward = dial(...(targets.shift() ?? ['', 0]));
    open.add(socket);
    const end = () => {
      open.delete(socket);
      socket.destroy();
      onward.destroy();
    };
    socket.on('error', end).on('close', end).pipe(onward);
    onward.on('error', end).on('close', end).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  return {
    dial: ((...target) => {
      targets.push(target);
      return connect({ host: '127.0.0.1', port });
    }) satisfies Dial as Dial,
    reset() {
      for (const socket of open) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

/** Answers with a status, and nothing more. */
export const answering =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, __, response) =>
    void response.writeHead(status, headers).end();

/** The body of a webhook, if the reference library finds it genuine. */
export function verified({ headers, body }: Arrived, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** The one that arrived last, of at least one. */
export function latest({ arrived }: Receiver): Arrived {
  const found = arrived.at(-1);
  if (!found) throw new Error('nothing has arrived');
  return found;
}

/** Waits until something is so. */
export async function until(so: () => unknown): Promise<void> {
  await expect.poll(so, { timeout: 20_000, interval: 10 }).toBeTruthy();
}
