import type { ProcedureErrorCode, ProcedureName } from '@restage/errors';

/** How to reach a server, and how patiently. */
export interface RestageOptions {
  /** `rsk_…`. Default: the environment's RESTAGE_API_KEY. */
  readonly apiKey?: string | undefined;
  /** Where the server is. Default: the environment's RESTAGE_BASE_URL, or http://127.0.0.1:8787. */
  readonly baseUrl?: string | undefined;
  /** The fetch to use. Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How many times a call is tried again after a fault that may pass. Default: 3. */
  readonly maxRetries?: number | undefined;
  /** Milliseconds before the first retry, doubled for each further one, with jitter. Default: 500. */
  readonly retryDelayMs?: number | undefined;
  /** Milliseconds for one attempt of a call. Default: 60,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Milliseconds for a call in all, retries and pauses included. Default: 300,000. */
  readonly timeoutMs?: number | undefined;
}

/** How patient one request is, where it differs from its client. */
export interface RequestOptions {
  /** Ends the call at once, even while it pauses before a retry. */
  readonly signal?: AbortSignal | undefined;
  readonly maxRetries?: number | undefined;
  readonly attemptTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * What a key of test mode can ask to happen in a call of a procedure: any code that it declares and, where a job is
 * started, one of three things that befall the job. Live keys ignore it.
 */
export type Simulation<Name extends ProcedureName = ProcedureName> =
  | ProcedureErrorCode<Name>
  | (Name extends 'generations.start' ? JobSimulation : never);

/** What can be asked to befall a job that is started in test mode. */
export type JobSimulation =
  /** It never gets anywhere. */
  | 'stall'
  /** It fails. */
  | 'job-failed'
  /** It goes well, and its webhook can't be delivered. */
  | 'webhook-failed';

/** What one call of a procedure may do otherwise than its client. */
export interface CallOptions<Name extends ProcedureName> extends RequestOptions {
  /** What is to happen in test mode, in place of what would. */
  readonly simulate?: Simulation<Name> | undefined;
}

/** The options with every default filled in. */
export interface Settings {
  readonly apiKey: string;
  /** No slash at the end. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly attemptTimeoutMs: number;
  readonly timeoutMs: number;
}

/** The runtime's own fetch. An arrow, as browsers refuse a fetch that is called as another object's method. */
export const runtimeFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** Fills in the defaults. Reads the environment where the runtime has one. */
export function resolveOptions(options: RestageOptions): Settings {
  const environment = typeof process === 'undefined' ? {} : (process.env ?? {});
  const baseUrl = options.baseUrl ?? (environment.RESTAGE_BASE_URL || 'http://127.0.0.1:8787');
  return {
    apiKey: (options.apiKey ?? environment.RESTAGE_API_KEY ?? '').trim(),
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
    fetch: options.fetch ?? runtimeFetch,
    maxRetries: options.maxRetries ?? 3,
    retryDelayMs: options.retryDelayMs ?? 500,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 60_000,
    timeoutMs: options.timeoutMs ?? 300_000,
  };
}

/** The options that have a value: an undefined one must not hide the client's. */
export function given(options: RequestOptions): Partial<Settings> & RequestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
