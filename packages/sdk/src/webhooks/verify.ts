import { type Call, toCall } from '../call.ts';
import { createClientError } from '../errors/client-error.ts';
import { err, ok } from '../result.ts';
import { parseWebhookEvent, type WebhookEvent } from './event.ts';

/** A webhook request to verify. */
export interface WebhookRequest {
  /** The raw request body. A body that was parsed and serialized again does not match its signature. */
  readonly body: string | ArrayBuffer | Uint8Array;
  /** The request headers, as a Fetch API or Node.js object. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The account's `whsec_…` secret; several while one replaces another. */
  readonly secret: string | readonly string[];
  /** How many seconds the timestamp may differ from now. Default: 300. */
  readonly toleranceSeconds?: number | undefined;
  /** The current time in Unix milliseconds. Default: `Date.now()`. */
  readonly now?: number | undefined;
}

/**
 * Verifies that a webhook comes from Restage, as Standard Webhooks 1.0 defines: HMAC-SHA256 over `{id}.{timestamp}.{body}`,
 * and a recent timestamp, so that an old request can't be replayed.
 * @returns the event; rejects with INVALID_WEBHOOK, to which a receiver should respond with status 400
 */
export function verifyWebhook(request: WebhookRequest): Call<WebhookEvent, 'INVALID_WEBHOOK'> {
  return toCall(verify(request));
}

async function verify(request: WebhookRequest) {
  const id = getHeader(request.headers, 'webhook-id');
  const timestamp = getHeader(request.headers, 'webhook-timestamp');
  const signatures = getHeader(request.headers, 'webhook-signature');
  if (!id) return createMissingHeaderError('webhook-id');
  if (!timestamp) return createMissingHeaderError('webhook-timestamp');
  if (!signatures) return createMissingHeaderError('webhook-signature');
  const { toleranceSeconds = 300 } = request;
  const age = Math.abs((request.now ?? Date.now()) / 1000 - Number(timestamp));
  // Written so that a timestamp that is not a number is rejected, too.
  if (!(/^\d+$/.test(timestamp) && age <= toleranceSeconds)) {
    return createInvalidWebhookError(
      `The webhook-timestamp header must be within ${toleranceSeconds} s of the current time; received ${timestamp}.`,
    );
  }
  const body = toBytes(request.body);
  const signedBytes = concatenate(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  const secrets = typeof request.secret === 'string' ? [request.secret] : request.secret;
  if (!(await hasValidSignature(secrets, signatures.split(' '), signedBytes))) {
    return createInvalidWebhookError(
      'No signature matches. Check the secret, and that the body is the raw request body.',
    );
  }
  const event = parseEvent(body);
  return event
    ? ok(event)
    : createInvalidWebhookError(
        'The signature is valid, but the body is not an event that this version of @restage/sdk knows.',
      );
}

async function hasValidSignature(
  secrets: readonly string[],
  signatures: readonly string[],
  signedBytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets) {
    const bytes = decodeBase64(secret.replace(/^whsec_/, ''));
    if (!bytes || bytes.length === 0)
      throw new TypeError('A webhook secret must be whsec_ followed by base64.');
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const signature of signatures) {
      const [version, text = ''] = signature.split(',');
      const mac = version === 'v1' ? decodeBase64(text) : undefined;
      // Web Crypto compares signatures in constant time.
      if (mac && (await crypto.subtle.verify('HMAC', key, mac, signedBytes))) return true;
    }
  }
  return false;
}

function getHeader(headers: WebhookRequest['headers'], name: string): string | undefined {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === 'string' ? value : value?.join(' ');
}

function parseEvent(body: Uint8Array): WebhookEvent | undefined {
  try {
    return parseWebhookEvent(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function toBytes(body: WebhookRequest['body']): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? body : new Uint8Array(body);
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function createMissingHeaderError(name: string) {
  return createInvalidWebhookError(`The ${name} header is missing.`);
}

function createInvalidWebhookError(message: string) {
  return err(createClientError('INVALID_WEBHOOK', message));
}
