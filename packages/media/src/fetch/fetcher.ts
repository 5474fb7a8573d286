import { limits } from '@restage/contract';
import type { Dispatcher } from 'undici';
import { createCheckedConnector } from './connect.ts';
import type { Network } from './network.ts';

/** Limits of a fetch. */
export interface FetchLimits {
  /** DNS lookup, TCP and TLS together. */
  readonly connectMs: number;
  /** From the request until the response's headers. */
  readonly firstByteMs: number;
  /** Between two chunks of a body. */
  readonly stallMs: number;
  /** After this time, the average rate of a body must be at least `minBytesPerSecond`. */
  readonly slowBodyGraceMs: number;
  readonly minBytesPerSecond: number;
  /** The maximum size of a file. */
  readonly maxFileBytes: number;
}

export const fetchLimits = {
  connectMs: 3000,
  firstByteMs: 5000,
  stallMs: 5000,
  slowBodyGraceMs: 10_000,
  minBytesPerSecond: 16 * 1024,
  maxFileBytes: limits.uploadBytes,
} as const satisfies FetchLimits;
const maxRedirects = 5;
const maxHeaderBytes = 32 * 1024;

/** Why there is no response. The reason is for logs, and never shown to users. */
export class FetchFailure {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** One request. */
interface FetchRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Follow up to five redirects, each checked like the first URL. */
  readonly followRedirects: boolean;
}

/** A response whose body has not been read. The caller must read it, or cancel it with {@link cancelBody}. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  /** The URL of the response, after redirects. */
  readonly url: URL;
}

/** Sends requests to URLs of users. Keeps connections open for the requests of one call. */
export interface Fetcher {
  send(url: URL, fetchRequest: FetchRequest): Promise<FetchResponse | FetchFailure>;
  close(): Promise<void>;
}

/** Opens a Fetcher for one call. It returns network failures, and throws only for bugs. */
export function openFetcher(network: Network, bounds: FetchLimits): Fetcher {
  let client: ReturnType<typeof openClient> | undefined;

  async function sendOnce(url: URL, fetchRequest: FetchRequest): Promise<FetchResponse | FetchFailure> {
    const failure = checkUrl(url, network.allowPrivateNetwork);
    if (failure) return failure;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), bounds.connectMs + bounds.firstByteMs);
    try {
      client ??= openClient(network, bounds);
      const { request, agent } = await client;
      const response = await request(url, {
        dispatcher: agent,
        method: fetchRequest.method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'restage', ...fetchRequest.headers },
        body: fetchRequest.body ?? null,
        signal: AbortSignal.any([fetchRequest.signal, deadline.signal]),
      });
      return { status: response.statusCode, headers: response.headers, body: response.body, url };
    } catch (error) {
      return new FetchFailure(describeError(error));
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async send(url, fetchRequest) {
      let target = url;
      for (let hop = 0; hop <= maxRedirects; hop += 1) {
        const response = await sendOnce(target, fetchRequest);
        if (response instanceof FetchFailure || !fetchRequest.followRedirects || !isRedirect(response.status))
          return response;
        cancelBody(response);
        const next = resolveRedirect(response);
        if (next instanceof FetchFailure) return next;
        target = next;
      }
      return new FetchFailure(`more than ${maxRedirects} redirects`);
    },
    async close() {
      await (await client)?.agent.destroy();
    },
  };
}

/** Loads undici on first use: it is a quarter of the server's code, and a server that fetches nothing needs none. */
async function openClient(network: Network, bounds: FetchLimits) {
  // Only Node provides its named exports: a bundle has the default export.
  const { Agent, request } = (await import('undici')).default;
  const agent = new Agent({
    connect: createCheckedConnector(network, bounds.connectMs),
    headersTimeout: bounds.firstByteMs,
    bodyTimeout: bounds.stallMs,
    maxHeaderSize: maxHeaderBytes,
    connections: 1,
    pipelining: 1,
    allowH2: false,
  });
  return { request, agent };
}

/** Cancels the body of a response, and closes its connection. */
export function cancelBody(response: FetchResponse): void {
  // A destroyed stream emits an error, which would end the process without a listener.
  response.body.on('error', () => undefined).destroy();
}

/** Checks scheme, port and user information of a URL. Its host is checked when a connection is opened. */
export function checkUrl(url: URL, allowPrivateNetwork: boolean): FetchFailure | undefined {
  if (url.username !== '' || url.password !== '') return new FetchFailure('the URL has user information');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivateNetwork)) {
    return new FetchFailure(`the scheme ${url.protocol}`);
  }
  if (url.port !== '' && !allowPrivateNetwork) return new FetchFailure(`the port ${url.port}`);
  return undefined;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function resolveRedirect(response: FetchResponse): URL | FetchFailure {
  const { location } = response.headers;
  if (typeof location !== 'string' || !URL.canParse(location, response.url)) {
    return new FetchFailure('a redirect without a URL');
  }
  const target = new URL(location, response.url);
  if (response.url.protocol === 'https:' && target.protocol !== 'https:') {
    return new FetchFailure(`a redirect from https to ${target.protocol}`);
  }
  return target;
}

/** Formats an error for logs. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
