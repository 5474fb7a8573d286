import type { PriceTable } from '@restage/contract';
import type { Database } from '@restage/db';
import type { Engine } from '@restage/engine';
import type { Media } from '@restage/media';
import type { BlobStore, UrlSigner } from '@restage/storage';
import type { JobNotifications } from './changes.ts';
import type { ReadWindows } from './limits/reads.ts';
import type { Log } from './log.ts';
import type { Queue } from './queue.ts';
import type { RequestLog } from './requests/request-log.ts';
import type { TraceContext } from './telemetry/telemetry.ts';
import type { WebhookSettings } from './webhooks/settings.ts';

/** The operator's settings that verbs need. */
export interface Settings {
  /** Requests a minute and jobs in flight, for accounts without limits of their own. */
  readonly writeRpm: number;
  readonly readRpm: number;
  readonly concurrency: number;
  /** Length of the rate limits' window: the contract's 60 seconds, less in tests. */
  readonly rateWindowSeconds: number;
  /** Milliseconds that a start or quote may spend on its inputs. */
  readonly inputsTimeoutMs: number;
  /** Milliseconds after which a write that still waits for something is answered with INTERNAL_ERROR. */
  readonly writeTimeoutMs: number;
  readonly prices: PriceTable;
  /** Dollars per credit. */
  readonly creditUsd: number;
  /** Bytes. */
  readonly maxUploadBytes: number;
  /** Hours for which outputs and unused uploads are kept; 0 keeps them for ever. */
  readonly keepOutputsHours: number;
  readonly keepUploadsHours: number;
  /** Hours for which the request log is kept; 0 for ever. */
  readonly keepRequestsHours: number;
  /** Development only: accepts http and private addresses for sources and callbacks. */
  readonly allowPrivateNetwork: boolean;
  /** Where requests and workers keep temporary files. */
  readonly workDirectory: string;
  readonly webhooks: WebhookSettings;
}

/** The accounts of keys and console sessions that were verified in the last seconds, by hash. */
export type KeyCache = Map<string, { readonly account: Account; readonly until: number }>;

/** What verbs act on. A value, built by the program and passed first; nothing here is a singleton. */
export interface Context extends TraceContext {
  readonly db: Database;
  readonly queue: Queue;
  readonly changes: JobNotifications;
  readonly blobs: BlobStore;
  readonly urls: UrlSigner;
  readonly media: Media;
  readonly settings: Settings;
  readonly keyCache: KeyCache;
  readonly reads: ReadWindows;
  readonly requests: RequestLog;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Fills the bytes with cryptographic randomness and gives them back. */
  readonly random: (bytes: Uint8Array) => Uint8Array;
}

/** What operator verbs need: no engine, and no account on whose behalf they act. */
export type OperatorContext = Pick<Context, 'db' | 'blobs' | 'media' | 'queue' | 'now' | 'random'>;

/** A worker's context. */
export interface WorkerContext extends Context {
  readonly engine: Engine;
}

/** The account that makes a request, with the limits in force: its own, or the server's. */
export interface Account {
  readonly id: string;
  /** The key that the request came with. */
  readonly key: { readonly id: string; readonly prefix: string };
  readonly mode: 'live' | 'test';
  readonly writeRpm: number;
  readonly readRpm: number;
  readonly concurrency: number;
}

/** The keys that a request carries: from `x-api-key` and from `authorization: Bearer`. */
export interface Credentials {
  readonly apiKey: string | undefined;
  readonly bearer: string | undefined;
  /** The token of a console session, from its cookie. Used only if no key was sent. */
  readonly session?: string | undefined;
}

/** What a verb adds to its result, for transports to send as headers. */
export interface ResponseMeta {
  /** Set when the result is the job of an earlier request with the same idempotency key. */
  replayed: boolean;
}

/** Values of a request that were too large to be made strings: ASCII bytes, by the placeholders that stand for them. */
export type LargeStrings = ReadonlyMap<string, Uint8Array>;

/** The context of a request, with the account on whose behalf a verb acts. */
export interface AccountContext extends Context {
  readonly account: Account;
  readonly responseMeta: ResponseMeta;
  readonly largeStrings: LargeStrings;
  /** What a test-mode caller asks to be simulated: the value of `x-restage-simulate`. */
  readonly simulate?: string | undefined;
  /** Gives a signal that is aborted when the caller is gone. A function, since few verbs need the signal. */
  readonly signal?: (() => AbortSignal | undefined) | undefined;
  /** The caller's keys, for streams that outlive the key cache; absent if there is no caller. */
  readonly credentials?: Credentials | undefined;
}
