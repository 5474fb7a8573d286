import type { FetchLimits } from './fetch/fetcher.ts';
import type { Network } from './fetch/network.ts';
import type { Log } from './log.ts';
import type { ProbeCache } from './probe/cache.ts';
import type { ProbePool } from './probe/pool.ts';
import type { TemporaryDirectory } from './temporary.ts';

/** The limits of media. */
export interface MediaLimits extends FetchLimits {
  /** The maximum size of a decoded data: URI. */
  readonly maxDataBytes: number;
  /** For fetching what a probe needs. */
  readonly inspectMs: number;
  /** For fetching a whole file. */
  readonly downloadMs: number;
  /** For a response of a callback URL. */
  readonly callbackMs: number;
}

/** What the functions of media work with. */
export interface Context {
  readonly network: Network;
  readonly limits: MediaLimits;
  readonly probePool: ProbePool;
  readonly probeCache: ProbeCache;
  readonly temporary: TemporaryDirectory;
  readonly log: Log;
}
