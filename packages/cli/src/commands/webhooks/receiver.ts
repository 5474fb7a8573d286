import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook, type WebhookEvent } from '@restage/sdk';

/** A webhook that arrived, and how it was answered. */
export interface ReceivedWebhook {
  /** The event; undefined if its signature is not valid. */
  readonly event: WebhookEvent | undefined;
  /** The HTTP status of the response. */
  readonly status: number;
  /** What went wrong, if anything did. */
  readonly problem: string | undefined;
}

/** Where webhooks arrive and go. */
export interface ReceiverOptions {
  /** On this machine; 0 for any that is free. */
  readonly port: number;
  readonly secrets: readonly string[];
  /** Where verified webhooks are forwarded to; the response from there is the response. */
  readonly forward: URL | undefined;
  readonly onWebhook: (webhook: ReceivedWebhook) => void;
}

/** A webhook has about two thousand bytes. */
const maxBodyBytes = 1024 * 1024;
/** Less than the ten seconds that Restage waits. */
const forwardTimeoutMs = 9_000;
const forwardedHeaders = [
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
];

/**
 * Receives webhooks on a local port until the server is closed. Rejects with Node's error if it can't listen on the port.
 */
export async function receiveWebhooks(options: ReceiverOptions): Promise<{ port: number; server: Server }> {
  const server = createServer(async (request, response) => {
    // Restage checks that something answers here before it accepts a callback URL.
    if (request.method !== 'POST') return void response.writeHead(204).end();
    const webhook = await receive(request, options);
    response.once('close', () => options.onWebhook(webhook));
    response.writeHead(webhook.status, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function receive(
  request: IncomingMessage,
  { secrets, forward }: ReceiverOptions,
): Promise<ReceivedWebhook> {
  try {
    const body = await read(request);
    if (!body) return { event: undefined, status: 413, problem: 'The body is too large for a webhook.' };
    const event = await verifyWebhook({ body, headers: request.headers, secret: secrets });
    if (!forward) return { event, status: 204, problem: undefined };
    return { event, ...(await forwardWebhook(forward, request, body)) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { event: undefined, status: 400, problem };
  }
}

async function read(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Forwards a webhook with its bytes and signature unchanged, so that it can be verified there too. */
async function forwardWebhook(forward: URL, { headers }: IncomingMessage, body: Uint8Array<ArrayBuffer>) {
  const forwarded = forwardedHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  try {
    const signal = AbortSignal.timeout(forwardTimeoutMs);
    const reply = await fetch(forward, {
      method: 'POST',
      headers: forwarded,
      body,
      redirect: 'manual',
      signal,
    });
    await reply.body?.cancel();
    return { status: reply.status, problem: reply.ok ? undefined : `${forward} answered ${reply.status}.` };
  } catch {
    return { status: 502, problem: `Nothing answers at ${forward}.` };
  }
}
