import { createClientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { err, type Outcome, ok } from '../result.ts';

/** A complete response, in the shape that tRPC's client reads. */
export class RawResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; undefined if it is not valid JSON. Every Restage response is. */
  readonly parsedBody: unknown;
  /** Nothing is left to stream. */
  readonly body = null;

  constructor(status: number, headers: Headers, text: string) {
    this.status = status;
    this.headers = headers;
    this.parsedBody = parseJson(text);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async json(): Promise<unknown> {
    return this.parsedBody;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Fetches a URL and reads the whole response. Redirects are not followed, so that the API key is never sent elsewhere.
 * @returns the response; CONNECTION_FAILED if it did not arrive, or not completely
 */
export function fetchResponse(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  return catchConnectionError(url, async () => {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    return new RawResponse(response.status, response.headers, await response.text());
  });
}

/**
 * Runs an operation that only communicates with the server at `url`.
 * @returns its value; CONNECTION_FAILED for whatever it throws
 */
export async function catchConnectionError<T>(
  url: string,
  communicate: () => Promise<T>,
): Promise<Outcome<T, RestageError<'CONNECTION_FAILED'>>> {
  try {
    return ok(await communicate());
  } catch (cause) {
    // The query may contain a signature.
    const [urlWithoutQuery] = url.split('?');
    const message = `Could not get a response from ${urlWithoutQuery}${formatCause(cause)}.`;
    return err(createClientError('CONNECTION_FAILED', message, { cause }));
  }
}

/** Formats the reason, such as ECONNREFUSED, which runtimes put in the error's own `cause`. */
function formatCause(cause: unknown): string {
  const reason = cause instanceof Error ? (cause.cause ?? cause) : cause;
  if (!(reason instanceof Error)) return '';
  const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
  return code ? `: ${code}` : '';
}
