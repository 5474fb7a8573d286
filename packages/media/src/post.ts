import type { Context } from './context.ts';
import { pieces } from './fetch/body.ts';
import { type Incoming, openFetcher, Refusal } from './fetch/fetcher.ts';

const shownBytes = 1024;

/** What answered a POST: its status, headers in lower case, and the first KB of its body as text. */
export interface PostAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Nothing answered, or not in time. Which step failed is logged, and not told: see `docs/fetching.md`. */
export interface PostFailure {
  readonly kind: 'unreachable';
  readonly cause: 'timeout' | 'network';
}

/**
 * Sends one POST to a URL that a user gave. Its host is checked like that of any media; redirects are not
 * followed, and are answers like any other.
 * @param options.timeoutMs for everything: look-up, connection, response
 * @param options.signal ends it early, as a failure of the network
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
  // The whole has one limit, the caller's; a fetch's own for first bytes and pauses must not come before it.
  const longer = options.timeoutMs + 1000;
  const bounds = { ...context.limits, firstByteMs: longer, stallMs: longer };
  const fetcher = openFetcher(context.network, bounds);
  try {
    const answer = await fetcher.send(url, { method: 'POST', headers, body, signal, followRedirects: false });
    const result = answer instanceof Refusal ? answer : await readAnswer(answer);
    if (!(result instanceof Refusal)) return result;
    context.log.info({ host: url.host, reason: result.reason }, 'a POST was not answered');
    return { kind: 'unreachable', cause: deadline.aborted ? 'timeout' : 'network' };
  } finally {
    await fetcher.close();
  }
}

async function readAnswer(answer: Incoming): Promise<PostAnswer | Refusal> {
  const start: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces(answer)) {
    if (piece instanceof Refusal) return piece;
    start.push(piece);
    bytes += piece.length;
    if (bytes >= shownBytes) break;
  }
  const body = Buffer.concat(start).subarray(0, shownBytes).toString('utf8');
  return { kind: 'answered', status: answer.status, headers: answer.headers, body };
}
