import { setTimeout as sleep } from 'node:timers/promises';
import { makePng } from '@restage/media/testing';
import type { Endpoint, Order, RenderTask } from './orders.ts';
import type { Rng } from './rng.ts';

const source = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

/** How long one request may take, and how long an order is retried. */
const requestTimeoutMs = 10_000;
const orderTimeoutMs = 180_000;

/** The fields of a job that the client reads. */
interface ClientJob {
  readonly id: string;
  readonly status: string;
  readonly webhook?: { readonly status: string; readonly attempts: number };
}

/** What the client knows about an order: what it sent and what was answered. */
export interface ClientLog {
  readonly order: Order;
  /** Ids of the jobs that it received for the order's key. */
  readonly jobs: Set<string>;
  /** The codes of the errors that it received. */
  readonly errorCodes: Set<string>;
  /** Submissions that got no answer or a retryable error: each may have created the job or not. */
  unansweredCount: number;
  /** The final statuses in which it has seen the job. */
  readonly finalStatuses: Set<string>;
  /** Whether it saw the job unfinished after it had seen it in a final status. */
  isReopened: boolean;
}

/** A client that logs what it sends and receives. */
export interface Client {
  readonly logs: Map<string, ClientLog>;
  /** Submits the order until it is answered, and cancels the job if the order says so. */
  place(order: Order): Promise<void>;
  /** Submits every order again, with the same key, whose outcome it does not know. */
  resolveUnanswered(): Promise<void>;
  /** Reads every job that it received. */
  readAll(): Promise<void>;
  readonly countRequests: () => number;
}

/** The options of a client. */
export interface ClientOptions {
  readonly apis: readonly string[];
  readonly keys: readonly string[];
  readonly getCallbackUrl: (account: number, endpoint: Endpoint, key: string) => string;
  readonly rng: Rng;
  /** The longest pause before a retry, ±50%. */
  readonly maxPauseMs: number;
}

interface ApiResponse {
  readonly status: number;
  readonly body: Partial<ClientJob> & { readonly error?: { readonly code: string } };
}

/** Creates a client of the servers at `apis`. */
export function createClient({ apis, keys, getCallbackUrl, rng, maxPauseMs }: ClientOptions): Client {
  const logs = new Map<string, ClientLog>();
  let requests = 0;

  async function sendRequest(
    account: number,
    path: string,
    init: RequestInit = {},
  ): Promise<ApiResponse | undefined> {
    requests += 1;
    try {
      const response = await fetch(`${rng.pick(apis)}/v1/${path}`, {
        ...init,
        headers: { 'x-api-key': keys[account] ?? '' },
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const body = (await response.json()) as ApiResponse['body'];
      return response.status >= 500 ? undefined : { status: response.status, body };
    } catch {
      // Refused, reset, cut short or timed out: the client can't know what the server has done.
      return undefined;
    }
  }

  function recordStatus(log: ClientLog, job: Partial<ClientJob>): void {
    if (job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled') {
      log.finalStatuses.add(job.status);
    } else if (log.finalStatuses.size > 0) log.isReopened = true;
  }

  /** Submits an order once. @returns whether it was answered */
  async function submit(log: ClientLog): Promise<boolean> {
    const { key, durationMs, behaviour, account, resolution, endpoint } = log.order;
    const answer = await sendRequest(account, 'switchx/generations', {
      method: 'POST',
      body: JSON.stringify({
        generation_type: 'image',
        alpha_mode: 'fill',
        max_resolution: resolution,
        source_uri: source,
        prompt: JSON.stringify({ key, durationMs, behaviour } satisfies RenderTask),
        idempotency_key: key,
        ...(endpoint && { callback_url: getCallbackUrl(account, endpoint, key) }),
      }),
    });
    const { id } = answer?.body ?? {};
    if (answer?.status === 200 && id !== undefined) {
      log.jobs.add(id);
      recordStatus(log, answer.body);
      return true;
    }
    // These are retried: a rate limit, and a key that another request is using at the moment.
    if (!answer || answer.status === 429 || answer.body.error?.code === 'SOURCE_UNREACHABLE') {
      log.unansweredCount += 1;
      return false;
    }
    log.errorCodes.add(answer.body.error?.code ?? String(answer.status));
    return true;
  }

  async function submitUntilAnswered(log: ClientLog): Promise<void> {
    const deadline = Date.now() + orderTimeoutMs;
    for (let pause = 500; Date.now() < deadline; pause = Math.min(maxPauseMs, pause * 2)) {
      if (await submit(log)) return;
      await sleep(pause * (0.5 + rng.fraction()));
    }
  }

  async function cancel(log: ClientLog, id: string): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await sendRequest(log.order.account, `switchx/generations/${id}/cancel`, {
        method: 'POST',
      });
      if (answer?.status === 200) recordStatus(log, answer.body);
      if (answer && answer.status !== 429) return;
      await sleep(250 * 2 ** attempt);
    }
  }

  async function read(log: ClientLog, id: string): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await sendRequest(log.order.account, `switchx/generations/${id}`);
      if (answer?.status === 200) return recordStatus(log, answer.body);
      if (answer?.status === 404) return void log.errorCodes.add('JOB_NOT_FOUND');
      await sleep(100 * 2 ** attempt);
    }
  }

  return {
    logs: logs,
    countRequests: () => requests,
    async place(order) {
      const log: ClientLog = {
        order,
        jobs: new Set(),
        errorCodes: new Set(),
        unansweredCount: 0,
        finalStatuses: new Set(),
        isReopened: false,
      };
      logs.set(order.key, log);
      const submission = order.isAbandoned ? submit(log) : submitUntilAnswered(log);
      await Promise.all([submission, ...(order.isSentTwice ? [submit(log)] : [])]);
      const [id] = log.jobs;
      if (id === undefined) return;
      if (order.cancelAfterMs !== undefined) {
        await sleep(order.cancelAfterMs);
        await cancel(log, id);
      } else if (order.isSentTwice) await read(log, id);
    },
    async resolveUnanswered() {
      const unresolved = [...logs.values()].filter(
        ({ jobs, unansweredCount }) => jobs.size === 0 && unansweredCount > 0,
      );
      for (const { errorCodes: refusals } of unresolved) refusals.clear();
      for (let from = 0; from < unresolved.length; from += 10) {
        await Promise.all(unresolved.slice(from, from + 10).map(submitUntilAnswered));
      }
    },
    async readAll() {
      const all = [...logs.values()];
      for (let from = 0; from < all.length; from += 10) {
        await Promise.all(
          all.slice(from, from + 10).flatMap((log) => [...log.jobs].map((id) => read(log, id))),
        );
      }
    },
  };
}
