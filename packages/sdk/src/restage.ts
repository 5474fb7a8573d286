import { type Call, type CallStream, toCall, toCallGenerator } from './call.ts';
import type { CallName } from './errors/client-codes.ts';
import type {
  AccountCreditsInput,
  AccountUsageInput,
  GenerationsListInput,
  GenerationsStartInput,
  Job,
  KeysCreateInput,
  Procedures,
  Quote,
  RequestsListInput,
  Upload,
  UploadsCreateInput,
  WebhooksListInput,
  WebhooksRotateSecretInput,
  WebhooksTestInput,
} from './generated/types.ts';
import { startGeneration } from './generations/start.ts';
import {
  type CompletedJob,
  type WaitErrorCode,
  type WaitOptions,
  waitForGeneration,
} from './generations/wait.ts';
import {
  type WatchContext,
  type WatchErrorCode,
  type WatchOptions,
  watchGeneration,
} from './generations/watch.ts';
import { type CallOptions, type RestageOptions, resolveOptions, type Settings } from './options.ts';
import { createOutputs, type Outputs } from './outputs/outputs.ts';
import { listPages } from './pages.ts';
import { quoteRun, type RunQuoteErrorCode, type RunQuoteOptions } from './run/quote.ts';
import { type RunErrorCode, type RunOptions, type RunResult, runJob } from './run/run.ts';
import type { RunInput } from './run/start-input.ts';
import { type CallErrorCode, type Caller, createCaller } from './transport/caller.ts';
import type { Uploadable } from './uploads/prepare.ts';
import { type Bytes, type PutErrorCode, type PutOptions, putBytes } from './uploads/put.ts';
import { type UploadErrorCode, type UploadOptions, upload } from './uploads/upload.ts';
import { verifyWebhook } from './webhooks/verify.ts';

/**
 * The client of a Restage server. Each method returns a {@link Call}: a promise that rejects with a RestageError, whose
 * `code` is exactly the union of the codes that the method can fail with.
 */
export class Restage {
  readonly #settings: Settings;
  readonly #call: Caller;
  readonly #watch: WatchContext;

  constructor(options: RestageOptions = {}) {
    this.#settings = resolveOptions(options);
    this.#call = createCaller(this.#settings);
    this.#watch = { settings: this.#settings, call: this.#call, waitRetries: options.maxRetries };
  }

  /** The URL of the server, without a trailing slash. */
  get baseUrl(): string {
    return this.#settings.baseUrl;
  }

  readonly uploads = {
    /** Creates an upload: a signed URL to PUT the bytes to, and the URI by which jobs refer to them. */
    create: (input: UploadsCreateInput, options?: CallOptions<'uploads.create'>) =>
      this.call('uploads.create', input, options),
    /** Sends the bytes of an upload to its signed URL. */
    put: (upload: Pick<Upload, 'upload_url'>, bytes: Bytes, options?: PutOptions): Call<void, PutErrorCode> =>
      toCall(putBytes(this.#settings, upload, bytes, options)),
    /** Uploads a file, a stream or bytes in one step: creates an upload and sends the bytes. */
    upload: (uploadable: Uploadable, options?: UploadOptions): Call<Upload, UploadErrorCode> =>
      toCall(upload({ settings: this.#settings, call: this.#call }, uploadable, options)),
  };

  readonly generations = {
    /** Starts a job. Retries after network errors never start or charge a second job. */
    start: (
      input: GenerationsStartInput,
      options?: CallOptions<'generations.start'>,
    ): Call<Job, CallErrorCode<'generations.start'>> => toCall(startGeneration(this.#call, input, options)),
    /** Quotes what a start with the same input would cost, after all checks of a start. */
    quote: (input: GenerationsStartInput, options?: CallOptions<'generations.quote'>) =>
      this.call('generations.quote', input, options),
    /** Returns the current job. Each call returns fresh signed URLs. */
    get: (id: string, options?: CallOptions<'generations.get'>) =>
      this.call('generations.get', { id }, options),
    /** Lists the account's jobs, newest first: `for await (const job of restage.generations.list())`. */
    list: (input: GenerationsListInput = {}, options?: CallOptions<'generations.list'>) =>
      listPages(this.#call, 'generations.list', ({ jobs }) => jobs, input, options),
    /** Waits until a job has completed. If it fails or is cancelled, the error carries the job. */
    wait: (job: string | Job, options?: WaitOptions): Call<CompletedJob, WaitErrorCode> =>
      toCall(waitForGeneration(this.#watch, job, options)),
    /**
     * Yields the job as it is now, and each time it changes, until it has ended:
     * `for await (const { status, progress } of restage.generations.watch(id))`. Uses server-sent events, which resume
     * after a dropped connection, and polls if events are not available.
     */
    watch: (
      id: string,
      options?: WatchOptions,
    ): CallStream<Job, WatchErrorCode> & AsyncGenerator<Job, void> =>
      toCallGenerator(watchGeneration(this.#watch, id, options)),
    /** Cancels a job at once, and refunds it in full. Cancelling a cancelled job returns it unchanged. */
    cancel: (id: string, options?: CallOptions<'generations.cancel'>) =>
      this.call('generations.cancel', { id }, options),
    /** The job with everything that is known of it: prompt, inputs, cost, and each change of its state. */
    details: (id: string, options?: CallOptions<'generations.details'>) =>
      this.call('generations.details', { id }, options),
    /** The account's jobs with prompt, size, cost and inputs, newest first. Takes what `list` takes. */
    summaries: (input: GenerationsListInput = {}, options?: CallOptions<'generations.summaries'>) =>
      listPages(this.#call, 'generations.summaries', ({ jobs }) => jobs, input, options),
  };

  readonly account = {
    /** Returns the key's account, and how much of its limits is in use. */
    info: (options?: CallOptions<'account.info'>) => this.call('account.info', undefined, options),
    /** Returns the balance, and the usage of the current billing period by meter. */
    billing: (options?: CallOptions<'account.billing'>) => this.call('account.billing', undefined, options),
  };

  readonly usage = {
    /** Credits by meter and jobs by outcome, by hour, day or month. */
    get: (input: AccountUsageInput = {}, options?: CallOptions<'account.usage'>) =>
      this.call('account.usage', input, options),
    /** The account's ledger, newest entry first. */
    credits: (input: AccountCreditsInput = {}, options?: CallOptions<'account.credits'>) =>
      listPages(this.#call, 'account.credits', ({ entries }) => entries, input, options),
  };

  readonly keys = {
    /** The account's keys, newest first, revoked and expired ones included. */
    list: (options?: CallOptions<'keys.list'>) => this.call('keys.list', undefined, options),
    /** Makes a key. The answer is the only place where the key itself is shown. Needs a live key. */
    create: (input: KeysCreateInput, options?: CallOptions<'keys.create'>) =>
      this.call('keys.create', input, options),
    /** Ends a key for good, within 5 seconds everywhere. Needs a live key. */
    revoke: (id: string, options?: CallOptions<'keys.revoke'>) => this.call('keys.revoke', { id }, options),
  };

  readonly webhooks = {
    /** Verifies a webhook's signature and timestamp, and returns its event. */
    verify: verifyWebhook,
    /** The secret that signs the account's webhooks. */
    secret: (options?: CallOptions<'webhooks.secret'>) => this.call('webhooks.secret', undefined, options),
    /** Makes a new secret; the old one signs too for `overlap_hours`. Needs a live key. */
    rotateSecret: (input: WebhooksRotateSecretInput = {}, options?: CallOptions<'webhooks.rotateSecret'>) =>
      this.call('webhooks.rotateSecret', input, options),
    /** The account's deliveries, newest first. */
    list: (input: WebhooksListInput = {}, options?: CallOptions<'webhooks.list'>) =>
      listPages(this.#call, 'webhooks.list', ({ deliveries }) => deliveries, input, options),
    /** A delivery with its body and every attempt. */
    get: (id: string, options?: CallOptions<'webhooks.get'>) => this.call('webhooks.get', { id }, options),
    /** Begins an ended delivery anew. */
    redeliver: (id: string, options?: CallOptions<'webhooks.redeliver'>) =>
      this.call('webhooks.redeliver', { id }, options),
    /** Sends a signed test event to a URL. */
    test: (input: WebhooksTestInput, options?: CallOptions<'webhooks.test'>) =>
      this.call('webhooks.test', input, options),
  };

  readonly requests = {
    /** The account's writes and failed calls, newest first. */
    list: (input: RequestsListInput = {}, options?: CallOptions<'requests.list'>) =>
      listPages(this.#call, 'requests.list', ({ requests }) => requests, input, options),
    /** A logged call, with what its code means and how to fix it. */
    get: (id: string, options?: CallOptions<'requests.get'>) => this.call('requests.get', { id }, options),
    /** How often each code was answered in the last 7 days. */
    failures: (options?: CallOptions<'requests.failures'>) =>
      this.call('requests.failures', undefined, options),
  };

  /** Uploads the inputs, starts a job, waits for it, and returns the job and its outputs. */
  run(input: RunInput, options?: RunOptions): Call<RunResult, RunErrorCode> {
    return toCall(runJob(this.#watch, input, options));
  }

  /** Quotes what a run of the same input would cost, after all checks that the run would pass. */
  quote(input: RunInput, options?: RunQuoteOptions): Call<Quote, RunQuoteErrorCode> {
    return toCall(quoteRun(this.#watch, input, options));
  }

  /** Returns the output files of a completed job, to download, stream or save. */
  outputs(job: Pick<CompletedJob, 'output'>): Outputs {
    return createOutputs(this.#settings, job);
  }

  /** Calls a procedure by its name in the API. The subscription `generations.watch` has its own method. */
  call<Name extends CallName>(
    name: Name,
    input: Procedures[Name]['input'],
    options?: CallOptions<Name>,
  ): Call<Procedures[Name]['output'], CallErrorCode<Name>> {
    return toCall(this.#call(name, input, options));
  }
}
