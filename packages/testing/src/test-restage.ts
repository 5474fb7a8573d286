import type { createCaller } from '@restage/api';
import type { Engine } from '@restage/engine';
import type { ErrorCode } from '@restage/errors';

/** A line of the log. */
export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An account of a test. */
export interface TestAccount {
  readonly id: string;
  /** A live key. */
  readonly key: string;
  /** A test-mode key: its jobs are free, and its calls may simulate failures with `simulate`. */
  readonly testKey: string;
  /** The secret that signs its webhooks. */
  readonly webhookSecret: string;
}

/** The router's procedures as functions: `caller.generations.start({ … })`. */
export type TestCaller = ReturnType<typeof createCaller>;

/** The key that a caller uses, and the failure that it simulates. */
export interface CallerOptions {
  /** Default: the first account's live key, or its test key if `simulate` is set. */
  readonly key?: string | undefined;
  /** Like the header `x-restage-simulate`: any error code, or one of three job failures. */
  readonly simulate?: ErrorCode | 'stall' | 'job-failed' | 'webhook-failed' | undefined;
}

/** Settings of the server, as an operator would change them. */
export interface TestSettings {
  /** Requests per minute. Default: 10,000. */
  readonly writeRpm?: number;
  readonly readRpm?: number;
  /** Jobs in flight per account. Default: 10. */
  readonly concurrency?: number;
  /** Price of a credit in US dollars. Default: 0.01. */
  readonly creditUsd?: number;
  /** Largest upload, in bytes. */
  readonly maxUploadBytes?: number;
}

/** Options of `testRestage`. */
export interface TestRestageOptions {
  /** Credits of the first account. Default: 1000. */
  readonly credits?: number | undefined;
  /**
   * The engine that renders. Default: `fake`, which completes each job at once with gray images of the right size.
   * `compositor` is the real engine, in a child process.
   */
  readonly engine?: 'fake' | 'compositor' | Engine | undefined;
  /** Settings of the server. The default rate limits are too high for a test to reach. */
  readonly settings?: TestSettings | undefined;
  /** Whether sources and callbacks may use `http:` and private addresses. Default: true, so that a test can serve both. */
  readonly allowPrivateNetwork?: boolean | undefined;
}

/** A whole Restage for one test, with its own database. */
export interface TestRestage extends AsyncDisposable {
  /** Calls the procedures in this process with the first account's key, with every check that HTTP requests get. */
  readonly caller: TestCaller;
  /** Creates a caller with another key, or one that simulates a failure. */
  callerWith(options: CallerOptions): TestCaller;
  /** The first account. */
  readonly account: TestAccount;
  /** The first account's live key. */
  readonly key: string;
  /** Creates another account. Default: 1000 credits. */
  createAccount(options?: { readonly credits?: number | undefined }): Promise<TestAccount>;
  /** The base URL of its HTTP server, on a free port: for the SDK, for `fetch` and in signed URLs. */
  readonly url: string;
  /** A source to start jobs with: a gray image of 64 × 48 pixels, as a `data:` URI. */
  readonly picture: string;
  /** Moves the server's clock forward, so that signed URLs and keys expire, and billing periods end. */
  advanceClock(milliseconds: number): void;
  /** The log, oldest line first. It has the cause of each INTERNAL_ERROR. */
  readonly log: readonly LogLine[];
  /** Stops the server and drops its database. `await using` calls it. */
  close(): Promise<void>;
}
