import { limits } from '@restage/contract';
import type { Dispatcher } from 'undici';
import { checkedConnector } from './connect.ts';
import type { Network } from './network.ts';

/** Bounds of going out to a URL. */
export interface FetchLimits {
  /** Name look-up, TCP and TLS together. */
  readonly connectMs: number;
  /** From the request until the response's headers. */
  readonly firstByteMs: number;
  /** Between two pieces of a body. */
  readonly stallMs: number;
  /** Of a body, after which it must have come at `slowestBytesPerSecond` on average. */
  readonly dripMs: number;
  readonly slowestBytesPerSecond: number;
  /** Bytes that a file may have. */
  readonly fileBytes: number;
}

export const fetchLimits = {
  connectMs: 3000,
  firstByteMs: 5000,
  stallMs: 5000,
  dripMs: 10_000,
  slowestBytesPerSecond: 16 * 1024,
  fileBytes: limits.uploadBytes,
} as const satisfies FetchLimits;
const redirectsAtMost = 5;
const headerBytes = 32 * 1024;

/** Why there is no response: the text is for logs, and is never told to a user. */
export class Refusal {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** One request. */
interface Outgoing {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Follow up to five redirects, each checked like the first URL. */
  readonly followRedirects: boolean;
}

/** A response whose body has not been read. Whoever gets it reads it, or gives it up with `discard`. */
export interface Incoming {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  /** The URL that answered, after redirects. */
  readonly url: URL;
}

/** Goes out to URLs that users gave. Connections are kept for the requests of one call, and then closed. */
export interface Fetcher {
  send(url: URL, outgoing: Outgoing): Promise<Incoming | Refusal>;
  close(): Promise<void>;
}

/** A Fetcher for one call. Failures of the network are returned; nothing but bugs is thrown. */
export function openFetcher(network: Network, bounds: FetchLimits): Fetcher {
  let client: ReturnType<typeof openClient> | undefined;

  async function sendOnce(url: URL, outgoing: Outgoing): Promise<Incoming | Refusal> {
    const refusal = checkUrl(url, network.allowPrivateNetwork);
    if (refusal) return refusal;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), bounds.connectMs + bounds.firstByteMs);
    try {
      client ??= openClient(network, bounds);
      const { request, agent } = await client;
      const response = await request(url, {
        dispatcher: agent,
        method: outgoing.method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'restage', ...outgoing.headers },
        body: outgoing.body ?? null,
        signal: AbortSignal.any([outgoing.signal, deadline.signal]),
      });
      return { status: response.statusCode, headers: response.headers, body: response.body, url };
    } catch (error) {
      return new Refusal(describe(error));
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async send(url, outgoing) {
      let target = url;
      for (let hop = 0; hop <= redirectsAtMost; hop += 1) {
        const answer = await sendOnce(target, outgoing);
        if (answer instanceof Refusal || !outgoing.followRedirects || !isRedirect(answer.status))
          return answer;
        discard(answer);
        const next = redirectTarget(answer);
        if (next instanceof Refusal) return next;
        target = next;
      }
      return new Refusal(`more than ${redirectsAtMost} redirects`);
    },
    async close() {
      await (await client)?.agent.destroy();
    },
  };
}

/** Loaded when first needed: a quarter of the server's program, which a server that fetches nothing goes without. */
async function openClient(network: Network, bounds: FetchLimits) {
  // Its exports by name are there for Node alone: a bundle has the default.
  const { Agent, request } = (await import('undici')).default;
  const agent = new Agent({
    connect: checkedConnector(network, bounds.connectMs),
    headersTimeout: bounds.firstByteMs,
    bodyTimeout: bounds.stallMs,
    maxHeaderSize: headerBytes,
    connections: 1,
    pipelining: 1,
    allowH2: false,
  });
  return { request, agent };
}

/** Gives up the body of a response, and the connection with it. */
export function discard(answer: Incoming): void {
  // Being destroyed is an error to the stream, which would end the process if nobody listened.
  answer.body.on('error', () => undefined).destroy();
}

/** What the text of a URL alone decides: scheme, port, user information. The host is checked when dialled. */
export function checkUrl(url: URL, allowPrivateNetwork: boolean): Refusal | undefined {
  if (url.username !== '' || url.password !== '') return new Refusal('the URL has user information');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivateNetwork)) {
    return new Refusal(`the scheme ${url.protocol}`);
  }
  if (url.port !== '' && !allowPrivateNetwork) return new Refusal(`the port ${url.port}`);
  return undefined;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function redirectTarget(answer: Incoming): URL | Refusal {
  const { location } = answer.headers;
  if (typeof location !== 'string' || !URL.canParse(location, answer.url)) {
    return new Refusal('a redirect without a URL');
  }
  const target = new URL(location, answer.url);
  if (answer.url.protocol === 'https:' && target.protocol !== 'https:') {
    return new Refusal(`a redirect from https to ${target.protocol}`);
  }
  return target;
}

/** An error as text, for logs. */
export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
