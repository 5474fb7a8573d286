import type { PriceTable } from '@restage/contract';
import type { Database } from '@restage/db';
import type { Engine } from '@restage/engine';
import type { Media } from '@restage/media';
import type { BlobStore, UrlSigner } from '@restage/storage';
import type { JobNotifications } from './changes.ts';
import type { ReadWindows } from './limits/reads.ts';
import type { Queue } from './queue.ts';
import type { WebhookSettings } from './webhooks/settings.ts';

/** Where verbs write what an operator should know. The first argument's fields are the line's; no secrets. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What an operator decides, as far as verbs need to know. */
export interface Settings {
  /** Requests a minute and jobs in flight, of accounts that have no limits of their own. */
  readonly writeRpm: number;
  readonly readRpm: number;
  readonly concurrency: number;
  /** Seconds that the request limits look back: the contract's 60, less in tests. */
  readonly rateWindowSeconds: number;
  readonly prices: PriceTable;
  /** What a credit is worth, in dollars. */
  readonly creditUsd: number;
  /** Bytes. */
  readonly maxUploadBytes: number;
  /** Hours for which outputs and unused uploads are kept; 0 for ever. */
  readonly keepOutputsHours: number;
  readonly keepUploadsHours: number;
  /** Development only: http and private addresses are accepted for sources and callbacks. */
  readonly allowPrivateNetwork: boolean;
  /** Where workers keep files while they render. */
  readonly workDirectory: string;
  readonly webhooks: WebhookSettings;
}

/** Keys of the last seconds, by hash. */
export type KeyCache = Map<string, { readonly account: Account; readonly until: number }>;

/** The world that verbs act on. A value, built at the edge and passed first; nothing here is a singleton. */
export interface Context {
  readonly db: Database;
  readonly queue: Queue;
  readonly changes: JobNotifications;
  readonly blobs: BlobStore;
  readonly urls: UrlSigner;
  readonly media: Media;
  readonly settings: Settings;
  readonly keyCache: KeyCache;
  readonly reads: ReadWindows;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Fills the bytes with cryptographic randomness and gives them back. */
  readonly random: (bytes: Uint8Array) => Uint8Array;
}

/** What the operator's verbs need of the world: neither media nor an engine, and no account of their own. */
export type OperatorContext = Pick<Context, 'db' | 'blobs' | 'media' | 'queue' | 'now' | 'random'>;

/** The world of a worker, which renders. */
export interface WorkerContext extends Context {
  readonly engine: Engine;
}

/** Whose request it is. Limits are those in force: the account's own, or the server's. */
export interface Account {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly writeRpm: number;
  readonly readRpm: number;
  readonly concurrency: number;
}

/** The keys that a request carries: from `x-api-key` and from `authorization: Bearer`. */
export interface Credentials {
  readonly apiKey: string | undefined;
  readonly bearer: string | undefined;
}

/** What a verb says beside its result, for the transports to put into headers. */
export interface ResponseMeta {
  /** Set when an idempotent request was answered with the job that exists. */
  replayed: boolean;
}

/** Texts of a request that were too large to make strings of: ASCII bytes, under the words that stand for them. */
export type LargeStrings = ReadonlyMap<string, Uint8Array>;

/** The world, and the account on whose behalf a verb acts. */
export interface AccountContext extends Context {
  readonly account: Account;
  readonly responseMeta: ResponseMeta;
  readonly largeStrings: LargeStrings;
  /** What a test-mode caller asks to be simulated, in the words of `x-restage-simulate`. */
  readonly simulate?: string | undefined;
  /** Gives what is aborted when the caller is gone. A function, since most verbs are done before they would ask. */
  readonly signal?: (() => AbortSignal | undefined) | undefined;
  /** What the caller showed, for what goes on longer than a key may be believed; absent where nobody called. */
  readonly credentials?: Credentials | undefined;
}
