import { type Call, toCall } from '../call.ts';
import { clientError } from '../errors/client-error.ts';
import { err, ok } from '../result.ts';
import { readWebhookEvent, type WebhookEvent } from './event.ts';

/** A webhook as it arrived. */
export interface WebhookRequest {
  /** The body exactly as it arrived: parsed and printed again, it has another signature. */
  readonly body: string | ArrayBuffer | Uint8Array;
  /** The request's headers, in the Fetch API's form or in Node's. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The account's `whsec_…`; several while one is being replaced. */
  readonly secret: string | readonly string[];
  /** How many seconds the timestamp may be off, either way. Default: 300. */
  readonly toleranceSeconds?: number | undefined;
  /** Unix milliseconds. Default: now. */
  readonly now?: number | undefined;
}

/**
 * Checks that a webhook comes from Restage, as Standard Webhooks 1.0 says: HMAC-SHA256 over
 * `{id}.{timestamp}.{body}`, and a timestamp near enough that nobody replays an old one.
 * @returns the event; rejects with INVALID_WEBHOOK, which is to be answered with 400
 */
export function verifyWebhook(request: WebhookRequest): Call<WebhookEvent, 'INVALID_WEBHOOK'> {
  return toCall(verify(request));
}

async function verify(request: WebhookRequest) {
  const id = header(request.headers, 'webhook-id');
  const timestamp = header(request.headers, 'webhook-timestamp');
  const signatures = header(request.headers, 'webhook-signature');
  if (!id) return missing('webhook-id');
  if (!timestamp) return missing('webhook-timestamp');
  if (!signatures) return missing('webhook-signature');
  const age = Math.abs((request.now ?? Date.now()) / 1000 - Number(timestamp));
  // Written so that a timestamp which is no number is refused as well.
  if (!(/^\d+$/.test(timestamp) && age <= (request.toleranceSeconds ?? 300))) {
    return invalid(`webhook-timestamp is ${timestamp}, too far from now.`);
  }
  const body = bytesOf(request.body);
  const signed = concatenate(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  const secrets = typeof request.secret === 'string' ? [request.secret] : request.secret;
  if (!(await anyMatches(secrets, signatures.split(' '), signed))) {
    return invalid('No signature fits. Check the secret, and that the body is as it arrived.');
  }
  const event = parsedEvent(body);
  return event ? ok(event) : invalid('The body is signed, and is not an event that this version knows.');
}

async function anyMatches(
  secrets: readonly string[],
  signatures: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets) {
    const bytes = fromBase64(secret.replace(/^whsec_/, ''));
    if (!bytes || bytes.length === 0) throw new TypeError('A webhook secret is whsec_ and base64.');
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const signature of signatures) {
      const [version, text = ''] = signature.split(',');
      const mac = version === 'v1' ? fromBase64(text) : undefined;
      // Web Crypto compares in constant time.
      if (mac && (await crypto.subtle.verify('HMAC', key, mac, signed))) return true;
    }
  }
  return false;
}

function header(headers: WebhookRequest['headers'], name: string): string | undefined {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === 'string' ? value : value?.join(' ');
}

function parsedEvent(body: Uint8Array): WebhookEvent | undefined {
  try {
    return readWebhookEvent(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function bytesOf(body: WebhookRequest['body']): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? body : new Uint8Array(body);
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function missing(name: string) {
  return invalid(`The header ${name} is missing.`);
}

function invalid(message: string) {
  return err(clientError('INVALID_WEBHOOK', message));
}
