import { clientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { err, type Outcome, ok } from '../result.ts';

/** An answer that has arrived as a whole, in the form that tRPC's client reads. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body; undefined where it is none, which nobody takes for an answer of Restage. */
  readonly content: unknown;
  /** There is nothing left to stream. */
  readonly body = null;

  constructor(status: number, headers: Headers, text: string) {
    this.status = status;
    this.headers = headers;
    this.content = parsed(text);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async json(): Promise<unknown> {
    return this.content;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Fetches and reads an answer to its end. Redirects are not followed, so that a key is never carried elsewhere.
 * @returns the answer; CONNECTION_FAILED when none, or less than a whole one, arrived
 */
export function fetchAnswer(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  return connecting(url, async () => {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    return new Answer(response.status, response.headers, await response.text());
  });
}

/**
 * Runs what speaks with the server at `url`, and nothing else.
 * @returns what it gives; CONNECTION_FAILED, whatever it throws
 */
export async function connecting<T>(
  url: string,
  speak: () => Promise<T>,
): Promise<Outcome<T, RestageError<'CONNECTION_FAILED'>>> {
  try {
    return ok(await speak());
  } catch (cause) {
    // The query is left out: it may hold a signature.
    const [place] = url.split('?');
    const message = `No answer came from ${place}${because(cause)}.`;
    return err(clientError('CONNECTION_FAILED', message, { cause }));
  }
}

/** Runtimes hide the reason (ECONNREFUSED, …) one cause down. */
function because(cause: unknown): string {
  const reason = cause instanceof Error ? (cause.cause ?? cause) : cause;
  if (!(reason instanceof Error)) return '';
  const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
  return code ? `: ${code}` : '';
}
