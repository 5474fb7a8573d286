import type { Context } from './context.ts';
import { describe, discard, type Incoming, openFetcher, Refusal } from './fetch/fetcher.ts';

const shownBytes = 1024;

/** What answered a POST: its status, headers in lower case, and the first KB of its body as text. */
export interface PostAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Nothing answered; `reason` is for logs and for the owner of the URL's own eyes. */
export interface PostFailure {
  readonly kind: 'unreachable';
  readonly reason: string;
}

/**
 * Sends one POST to a URL that a user gave. Its host is checked like that of any media; redirects are not
 * followed, and are answers like any other.
 * @param options.timeoutMs for everything: look-up, connection, response
 */
export async function post(
  context: Context,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<PostAnswer | PostFailure> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const fetcher = openFetcher(context.network, context.limits);
  try {
    const answer = await fetcher.send(url, { method: 'POST', headers, body, signal, followRedirects: false });
    if (answer instanceof Refusal) return { kind: 'unreachable', reason: answer.reason };
    const text = await readStart(answer);
    if (text instanceof Refusal) return { kind: 'unreachable', reason: text.reason };
    return { kind: 'answered', status: answer.status, headers: answer.headers, body: text };
  } finally {
    await fetcher.close();
  }
}

async function readStart(answer: Incoming): Promise<string | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= shownBytes) break;
    }
    return Buffer.concat(chunks).subarray(0, shownBytes).toString('utf8');
  } catch (error) {
    return new Refusal(describe(error));
  } finally {
    discard(answer);
  }
}
