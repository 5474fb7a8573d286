import type { Rng } from '../rng.ts';

/** How long a request may take. An api answers sooner, even if it was frozen or what it needs does not answer. */
const timeoutMs = 30_000;
/** The same for a request that sends an upload, which S3 may take two minutes for. */
const uploadTimeoutMs = 130_000;

/** An answer that is no server error. */
interface HttpResponse {
  readonly status: number;
  readonly bytes: Buffer;
}

/** Sends requests to any of the apis. */
export interface Http {
  /** @returns undefined for a server error, or if there was no answer: the client can't know what the server has done */
  send(path: string, init?: RequestInit): Promise<HttpResponse | undefined>;
  /** Sends the first half of a body and breaks off. */
  breakOff(path: string, body: Buffer): Promise<void>;
  readonly countRequests: () => number;
  /** Requests that got neither an answer nor an error in time. */
  readonly hungRequests: readonly string[];
}

/** @param apis their base URLs */
export function createHttp(apis: readonly string[], rng: Rng): Http {
  const hungRequests: string[] = [];
  let requests = 0;
  return {
    countRequests: () => requests,
    hungRequests,
    async send(path, init = {}) {
      requests += 1;
      const timeout = AbortSignal.timeout(init.method === 'PUT' ? uploadTimeoutMs : timeoutMs);
      try {
        const response = await fetch(`${rng.pick(apis)}${path}`, { ...init, signal: timeout });
        const bytes = Buffer.from(await response.arrayBuffer());
        return response.status >= 500 ? undefined : { status: response.status, bytes };
      } catch {
        // Refused, reset, cut short or timed out.
        if (timeout.aborted) hungRequests.push(`${init.method ?? 'GET'} ${path}`);
        return undefined;
      }
    },
    async breakOff(path, body) {
      requests += 1;
      const controller = new AbortController();
      const half = new ReadableStream<Uint8Array>({
        start(stream) {
          stream.enqueue(body.subarray(0, body.length / 2));
          setTimeout(() => controller.abort(), 200);
        },
      });
      const init = { method: 'PUT', body: half, duplex: 'half', signal: controller.signal } as RequestInit;
      // It was broken off, as it should be, or refused before.
      await fetch(`${rng.pick(apis)}${path}`, init).catch(() => undefined);
    },
  };
}
