import type { ProcedureErrorCode, ProcedureName } from '@restage/errors';

/** Options of a client. */
export interface RestageOptions {
  /** The API key, `rsk_…`. Default: the environment variable RESTAGE_API_KEY. */
  readonly apiKey?: string | undefined;
  /**
   * Authenticate with the cookie of a console session instead of a key. Only for pages that the Restage server itself
   * serves, with their own origin as `baseUrl`: browsers send the cookie nowhere else. Default: false.
   */
  readonly session?: boolean | undefined;
  /** The URL of the server. Default: the environment variable RESTAGE_BASE_URL, or http://127.0.0.1:8787. */
  readonly baseUrl?: string | undefined;
  /** A custom `fetch`. Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How often a call is retried after a retryable error. Default: 3. */
  readonly maxRetries?: number | undefined;
  /** Milliseconds before the first retry. The delay doubles with each retry, with jitter. Default: 500. */
  readonly retryDelayMs?: number | undefined;
  /** The timeout of one attempt of a call, in milliseconds. Default: 60,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** The timeout of a call with all its retries and delays, in milliseconds. Default: 300,000. */
  readonly timeoutMs?: number | undefined;
}

/** Options of one call. They override those of the client. */
export interface RequestOptions {
  /** Aborts the call at once, even during the delay before a retry. */
  readonly signal?: AbortSignal | undefined;
  readonly maxRetries?: number | undefined;
  readonly attemptTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * What a call of a procedure can simulate with a test key: any error code that the procedure declares; if it starts a job,
 * also an outcome of the job. The server ignores it for live keys.
 */
export type Simulation<Name extends ProcedureName = ProcedureName> =
  | ProcedureErrorCode<Name>
  | (Name extends 'generations.start' ? JobSimulation : never);

/** The outcomes of a job that can be simulated. */
export type JobSimulation =
  /** The job never makes progress. */
  | 'stall'
  /** The job fails. */
  | 'job-failed'
  /** The job completes, but its webhook can't be delivered. */
  | 'webhook-failed';

/** Options of one call of a procedure. */
export interface CallOptions<Name extends ProcedureName> extends RequestOptions {
  /** What to simulate. Requires a test key. */
  readonly simulate?: Simulation<Name> | undefined;
}

/** {@link RestageOptions}, with all defaults filled in. */
export interface Settings {
  /** Empty with a session. */
  readonly apiKey: string;
  readonly session: boolean;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly attemptTimeoutMs: number;
  readonly timeoutMs: number;
}

/** The runtime's own fetch. Browsers throw if `fetch` is called as a method of another object. */
export const runtimeFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);

/** Fills in the defaults. Reads the environment variables if the runtime has them. */
export function resolveOptions(options: RestageOptions): Settings {
  const environment = typeof process === 'undefined' ? {} : (process.env ?? {});
  const baseUrl = options.baseUrl ?? (environment.RESTAGE_BASE_URL || 'http://127.0.0.1:8787');
  const { session = false } = options;
  return {
    apiKey: session ? '' : (options.apiKey ?? environment.RESTAGE_API_KEY ?? '').trim(),
    session,
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
    fetch: options.fetch ?? runtimeFetch,
    maxRetries: options.maxRetries ?? 3,
    retryDelayMs: options.retryDelayMs ?? 500,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 60_000,
    timeoutMs: options.timeoutMs ?? 300_000,
  };
}

/** Removes undefined options, so that they don't override those of the client. */
export function definedOptions(options: RequestOptions): Partial<Settings> & RequestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
