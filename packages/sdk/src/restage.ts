import { type Call, type CallStream, toCall, toGenerator } from './call.ts';
import type { CallName } from './errors/client-codes.ts';
import { listGenerations } from './generations/list.ts';
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
import { type Outputs, outputsOf } from './outputs/outputs.ts';
import {
  quoteRun,
  type Run,
  type RunErrorCode,
  type RunOptions,
  type RunQuoteErrorCode,
  type RunQuoteOptions,
  run,
} from './run.ts';
import type { RunInput } from './start-input.ts';
import { type CallErrorCode, type Caller, createCaller } from './transport/transport.ts';
import type { Footage } from './uploads/footage.ts';
import { type Bytes, type PutErrorCode, type PutOptions, putUpload } from './uploads/put.ts';
import { type SendErrorCode, type SendOptions, sendUpload } from './uploads/send.ts';
import { verifyWebhook } from './webhooks/verify.ts';
import type {
  GenerationsListInput,
  GenerationsStartInput,
  Job,
  Procedures,
  Quote,
  Upload,
  UploadsCreateInput,
} from './wire.ts';

/**
 * The client of a Restage server. Each method gives a {@link Call}: a promise that rejects with a RestageError
 * whose code is one of exactly those that the procedure can fail with.
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

  readonly uploads = {
    /** Makes an upload: a signed URL to PUT the bytes to, and the URI that they have from then on. */
    create: (input: UploadsCreateInput, options?: CallOptions<'uploads.create'>) =>
      this.call('uploads.create', input, options),
    /** Sends the bytes of an upload. */
    put: (upload: Pick<Upload, 'upload_url'>, bytes: Bytes, options?: PutOptions): Call<void, PutErrorCode> =>
      toCall(putUpload(this.#settings, upload, bytes, options)),
    /** Makes an upload of footage in one step: of a file, a stream or bytes. */
    send: (footage: Footage, options?: SendOptions): Call<Upload, SendErrorCode> =>
      toCall(sendUpload({ settings: this.#settings, call: this.#call }, footage, options)),
  };

  readonly generations = {
    /** Starts a job. Sent once or many times over a bad line, it is one job and one charge. */
    start: (
      input: GenerationsStartInput,
      options?: CallOptions<'generations.start'>,
    ): Call<Job, CallErrorCode<'generations.start'>> => toCall(startGeneration(this.#call, input, options)),
    /** What a start with the same input would cost, after every check that it would make. */
    quote: (input: GenerationsStartInput, options?: CallOptions<'generations.quote'>) =>
      this.call('generations.quote', input, options),
    /** The job as it is now, with signed URLs that are fresh on every call. */
    get: (id: string, options?: CallOptions<'generations.get'>) =>
      this.call('generations.get', { id }, options),
    /** The account's jobs, newest first: `for await (const job of restage.generations.list())`. */
    list: (input?: GenerationsListInput, options?: CallOptions<'generations.list'>) =>
      listGenerations(this.#call, input, options),
    /** Waits until a job has completed. Rejects with an error that carries the job when it ends otherwise. */
    wait: (job: string | Job, options?: WaitOptions): Call<CompletedJob, WaitErrorCode> =>
      toCall(waitForGeneration(this.#watch, job, options)),
    /**
     * The job as it is now, and again whenever it has changed, until it has ended, however that was:
     * `for await (const { status, progress } of restage.generations.watch(id))`. Takes the server's events, over
     * dropped connections too, and looks at the job instead where events don't come through.
     */
    watch: (
      id: string,
      options?: WatchOptions,
    ): CallStream<Job, WatchErrorCode> & AsyncGenerator<Job, void> =>
      toGenerator(watchGeneration(this.#watch, id, options)),
    /** Ends a job at once, and refunds it in full. One that was cancelled before is given as it is. */
    cancel: (id: string, options?: CallOptions<'generations.cancel'>) =>
      this.call('generations.cancel', { id }, options),
  };

  readonly account = {
    /** Whose key this is, and how much of its limits is in use. */
    info: (options?: CallOptions<'account.info'>) => this.call('account.info', undefined, options),
    /** The balance, and the usage of the current billing period by meter. */
    billing: (options?: CallOptions<'account.billing'>) => this.call('account.billing', undefined, options),
  };

  readonly webhooks = {
    /** Checks a webhook's signature and age, and gives its event. */
    verify: verifyWebhook,
  };

  /** Footage in, render out: uploads what needs uploading, starts the job and waits for it. */
  run(input: RunInput, options?: RunOptions): Call<Run, RunErrorCode> {
    return toCall(run(this.#watch, input, options));
  }

  /** What a run of the same input would cost, after every check that its start would make. */
  quote(input: RunInput, options?: RunQuoteOptions): Call<Quote, RunQuoteErrorCode> {
    return toCall(quoteRun(this.#watch, input, options));
  }

  /** The files of a completed job, to download, stream or save. */
  outputs(job: Pick<CompletedJob, 'output'>): Outputs {
    return outputsOf(this.#settings, job);
  }

  /** Calls any procedure by its name on the wire, but for `generations.watch`, which answers many times. */
  call<Name extends CallName>(
    name: Name,
    input: Procedures[Name]['input'],
    options?: CallOptions<Name>,
  ): Call<Procedures[Name]['output'], CallErrorCode<Name>> {
    return toCall(this.#call(name, input, options));
  }
}
