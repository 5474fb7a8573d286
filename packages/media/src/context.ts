import type { FetchLimits } from './fetch/fetcher.ts';
import type { Network } from './fetch/network.ts';
import type { Log } from './log.ts';
import type { KnownProbes } from './probe/known.ts';
import type { ProbePool } from './probe/pool.ts';
import type { TemporaryDirectory } from './temporary.ts';

/** Bounds of media's work. */
export interface MediaLimits extends FetchLimits {
  /** Bytes that a data: URI may have once decoded. */
  readonly dataBytes: number;
  /** Milliseconds for fetching what a probe needs. */
  readonly inspectMs: number;
  /** Milliseconds for fetching a whole file. */
  readonly downloadMs: number;
  /** Milliseconds until something answers at a callback URL. */
  readonly callbackMs: number;
}

/** What the verbs of media work with. */
export interface Context {
  readonly network: Network;
  readonly limits: MediaLimits;
  readonly pool: ProbePool;
  readonly known: KnownProbes;
  readonly temporary: TemporaryDirectory;
  readonly log: Log;
}
