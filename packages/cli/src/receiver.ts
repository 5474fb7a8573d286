import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook, type WebhookEvent } from '@restage/sdk';

/** What came of a webhook that arrived. */
export interface Reception {
  /** The event; undefined where it was not proven to come from Restage. */
  readonly event: WebhookEvent | undefined;
  /** What the sender was answered with. */
  readonly status: number;
  /** What went wrong, if anything did. */
  readonly fault: string | undefined;
}

/** How to receive. */
export interface ReceiverOptions {
  /** On this machine; 0 for any that is free. */
  readonly port: number;
  readonly secrets: readonly string[];
  /** Where genuine ones go on to; their answer is then the answer. */
  readonly forward: URL | undefined;
  readonly onReception: (reception: Reception) => void;
}

/** Bytes of a body; a webhook has about two thousand. */
const bodyAtMost = 1024 * 1024;
/** Less than the ten seconds that Restage waits. */
const forwardMs = 9_000;
const passedOn = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Receives webhooks on a local port, until it is closed.
 * @returns rejects with what Node's server says when the port can't be had
 */
export async function receiveWebhooks(options: ReceiverOptions): Promise<{ port: number; server: Server }> {
  const server = createServer(async (request, response) => {
    // Restage looks whether something answers here before it takes a callback URL.
    if (request.method !== 'POST') return void response.writeHead(204).end();
    const reception = await receive(request, options);
    response.once('close', () => options.onReception(reception));
    response.writeHead(reception.status, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function receive(request: IncomingMessage, { secrets, forward }: ReceiverOptions): Promise<Reception> {
  try {
    const body = await read(request);
    if (!body) return { event: undefined, status: 413, fault: 'The body is too large for a webhook.' };
    const event = await verifyWebhook({ body, headers: request.headers, secret: secrets });
    if (!forward) return { event, status: 204, fault: undefined };
    return { event, ...(await passOn(forward, request, body)) };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { event: undefined, status: 400, fault };
  }
}

async function read(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyAtMost) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Sends a webhook on with the bytes and the signature that it came with, so that it can be verified there too. */
async function passOn(forward: URL, { headers }: IncomingMessage, body: Uint8Array<ArrayBuffer>) {
  const kept = passedOn.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  try {
    const signal = AbortSignal.timeout(forwardMs);
    const answer = await fetch(forward, { method: 'POST', headers: kept, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    return { status: answer.status, fault: answer.ok ? undefined : `${forward} answered ${answer.status}.` };
  } catch {
    return { status: 502, fault: `Nothing answers at ${forward}.` };
  }
}
