import type { Context } from '../context.ts';
import { chunks } from '../fetch/body.ts';
import { FetchFailure, type FetchResponse, openFetcher } from '../fetch/fetcher.ts';

const maxBodyBytes = 1024;

/** The response to a POST: its status, headers in lower case, and the first KB of its body as text. */
export interface PostResponse {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** No response, or not in time. The step that failed is logged, and not returned: see `docs/fetching.md`. */
export interface PostFailure {
  readonly kind: 'unreachable';
  readonly cause: 'timeout' | 'network';
}

/**
 * Sends a POST to a URL of a user. The host is checked like that of any media; redirects are not followed, and returned
 * like any other response.
 * @param options.timeoutMs for everything: DNS lookup, connection, response
 * @param options.signal aborts the request, which then fails with `network`
 */
export async function post(
  context: Context,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<PostResponse | PostFailure> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  // Only the caller's timeout applies: the fetcher's own limits for first byte and stalls must not end it earlier.
  const longer = options.timeoutMs + 1000;
  const bounds = { ...context.limits, firstByteMs: longer, stallMs: longer };
  const fetcher = openFetcher(context.network, bounds);
  try {
    const response = await fetcher.send(url, {
      method: 'POST',
      headers,
      body,
      signal,
      followRedirects: false,
    });
    const result = response instanceof FetchFailure ? response : await readResponse(response);
    if (!(result instanceof FetchFailure)) return result;
    context.log.info({ host: url.host, reason: result.reason }, 'post_failed');
    return { kind: 'unreachable', cause: deadline.aborted ? 'timeout' : 'network' };
  } finally {
    await fetcher.close();
  }
}

async function readResponse(response: FetchResponse): Promise<PostResponse | FetchFailure> {
  const start: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks(response)) {
    if (chunk instanceof FetchFailure) return chunk;
    start.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBodyBytes) break;
  }
  const body = Buffer.concat(start).subarray(0, maxBodyBytes).toString('utf8');
  return { kind: 'answered', status: response.status, headers: response.headers, body };
}
