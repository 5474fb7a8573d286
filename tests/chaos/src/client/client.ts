import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, Order, RenderTask } from '../orders.ts';
import type { Rng } from '../rng.ts';
import { createHttp } from './http.ts';
import { makeSource } from './source.ts';
import { type SourceUpload, uploadSource } from './upload-source.ts';

/** How long an order is retried. */
const orderTimeoutMs = 180_000;

/** The fields of a job that the client reads. */
interface ClientJob {
  readonly id: string;
  readonly status: string;
  readonly output: { readonly source: string } | null;
}

/** What the client knows about an order: what it sent and what was answered. */
export interface ClientLog {
  readonly order: Order;
  /** The upload of its source, if it has one. */
  upload: SourceUpload | undefined;
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
  /** What the job's `source` output is, if not the bytes that were sent. */
  wrongOutput: string | undefined;
}

/** A client that logs what it sends and receives. */
export interface Client {
  readonly logs: Map<string, ClientLog>;
  /** Submits the order until it is answered, and cancels the job if the order says so. */
  place(order: Order): Promise<void>;
  /** Submits every order again, with the same key, whose outcome it does not know. */
  resolveUnanswered(): Promise<void>;
  /** Reads every job that it received, and the output of those that are completed. */
  readAll(): Promise<void>;
  readonly countRequests: () => number;
  /** Requests that got neither an answer nor an error in time. */
  readonly hungRequests: readonly string[];
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
  const http = createHttp(apis, rng);

  async function sendRequest(
    account: number,
    path: string,
    init: RequestInit = {},
  ): Promise<ApiResponse | undefined> {
    const answer = await http.send(`/v1/${path}`, { ...init, headers: { 'x-api-key': keys[account] ?? '' } });
    return answer && { status: answer.status, body: JSON.parse(answer.bytes.toString()) };
  }

  /** Uploads the source of an order, if it has one to upload. @returns whether the job can be submitted: not if time is up */
  async function prepareSource(log: ClientLog): Promise<boolean> {
    const { order } = log;
    if (order.sourceKind === 'inline') return true;
    await retry(async () => {
      log.upload = await uploadSource(http, keys[order.account] ?? '', order, log.upload);
      return log.upload?.isReceived === true;
    });
    if (log.upload?.isReceived) return true;
    log.unansweredCount += 1;
    return false;
  }

  /** Calls `attempt` until it returns true or the time for an order is up. */
  async function retry(attempt: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + orderTimeoutMs;
    for (let pause = 500; Date.now() < deadline; pause = Math.min(maxPauseMs, pause * 2)) {
      if (await attempt()) return;
      await sleep(pause * (0.5 + rng.fraction()));
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
        source_uri: getSourceUri(log),
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

  async function read(log: ClientLog, id: string): Promise<Partial<ClientJob> | undefined> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await sendRequest(log.order.account, `switchx/generations/${id}`);
      if (answer?.status === 200) {
        recordStatus(log, answer.body);
        return answer.body;
      }
      if (answer?.status === 404) return void log.errorCodes.add('JOB_NOT_FOUND');
      await sleep(100 * 2 ** attempt);
    }
    return undefined;
  }

  /** Compares the `source` output of a completed job, which the engine copies, with what was sent. */
  async function checkOutput(log: ClientLog, { id, output }: Partial<ClientJob>): Promise<void> {
    if (!output) return;
    const { pathname, search } = new URL(output.source);
    const answer = await http.send(pathname + search);
    const isSame = answer?.status === 200 && answer.bytes.equals(makeSource(log.order));
    log.wrongOutput = isSame
      ? undefined
      : `${log.order.key}: the source of ${id} was answered with ${answer?.status ?? 'an error'} and ${answer?.bytes.length ?? 0} bytes`;
  }

  return {
    logs,
    countRequests: http.countRequests,
    hungRequests: http.hungRequests,
    async place(order) {
      const log: ClientLog = {
        order,
        upload: undefined,
        jobs: new Set(),
        errorCodes: new Set(),
        unansweredCount: 0,
        finalStatuses: new Set(),
        isReopened: false,
        wrongOutput: undefined,
      };
      logs.set(order.key, log);
      if (!(await prepareSource(log))) return;
      const submission = order.isAbandoned ? submit(log) : retry(() => submit(log));
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
      await forEachInBatches(unresolved, async (log) => {
        if (await prepareSource(log)) await retry(() => submit(log));
      });
    },
    async readAll() {
      await forEachInBatches([...logs.values()], async (log) => {
        for (const id of log.jobs) {
          const job = await read(log, id);
          if (job) await checkOutput(log, job);
        }
      });
    },
  };
}

/** The URI of an order's source, which is uploaded if it is to be. */
function getSourceUri({ order, upload }: ClientLog): string {
  return upload?.uri ?? `data:image/png;base64,${makeSource(order).toString('base64')}`;
}

async function forEachInBatches<Item>(
  items: readonly Item[],
  handle: (item: Item) => Promise<void>,
): Promise<void> {
  const batchSize = 10;
  for (let from = 0; from < items.length; from += batchSize)
    await Promise.all(items.slice(from, from + batchSize).map(handle));
}
