import { fileURLToPath } from 'node:url';
import { limits } from '@restage/contract';
import type { Failure } from '@restage/errors';
import { checkCallback } from './callback.ts';
import type { Context, MediaLimits } from './context.ts';
import { type DownloadFailure, download } from './download.ts';
import { fetchLimits } from './fetch/fetcher.ts';
import { type Network, systemNetwork } from './fetch/network.ts';
import { type InspectFailure, inspect } from './inspect.ts';
import type { Location, Role } from './location.ts';
import type { Log } from './log.ts';
import { type PostAnswer, type PostFailure, post } from './post.ts';
import { knownProbes } from './probe/known.ts';
import { childLimits, openPool } from './probe/pool.ts';
import type { Probe } from './probe/verdict.ts';
import { openTemporaryDirectory } from './temporary.ts';

/** The bounds unless told otherwise. */
const mediaLimits: MediaLimits = {
  ...fetchLimits,
  dataBytes: limits.dataUriBytes,
  inspectMs: 30_000,
  downloadMs: 300_000,
  callbackMs: 3000,
};

/** Some 3 MB of them. */
const probesKept = 10_000;

/** What `createMedia` needs. */
export interface MediaOptions extends Partial<Network> {
  /** Where files may stand for the length of a call. Left-overs of processes that died are removed from it. */
  readonly temporaryDirectory: string;
  /** Lets http, any port and private addresses through: for development alone. */
  readonly allowPrivateNetwork: boolean;
  /** Child processes at most, each of some 60 MB. */
  readonly workers: number;
  /** The child's entry, where it does not stand beside this file as `worker.ts`. */
  readonly workerScript?: string;
  readonly limits?: Partial<MediaLimits>;
  readonly log: Log;
}

/** Everything that deals with media, URLs and bytes that a user gave. */
export interface Media {
  /** What media is, from its bytes. See `inspect`. */
  inspect(location: Location, role: Role): Promise<Probe | InspectFailure>;
  /** All bytes of media in a file. See `download`. */
  download(
    location: Location,
    role: Role,
    toPath: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly bytes: number } | DownloadFailure>;
  /** Whether webhooks can be sent to a URL. See `checkCallback`. */
  checkCallback(callbackUrl: unknown): Promise<URL | Failure<'INVALID_CALLBACK_URL'>>;
  /** One POST to a user's URL. See `post`. */
  post(
    url: URL,
    body: string,
    headers: Readonly<Record<string, string>>,
    options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<PostAnswer | PostFailure>;
  /** Ends the child processes and removes temporary files. */
  close(): Promise<void>;
}

/** Prepares the temporary directory. Child processes are started when the first file is inspected. */
export async function createMedia(options: MediaOptions): Promise<Media> {
  if (options.allowPrivateNetwork) {
    options.log.warn(
      {},
      'UNSAFE: http and private addresses are open to media and callback URLs (development only)',
    );
  }
  const script = options.workerScript ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
  const context: Context = {
    network: { ...systemNetwork, ...options },
    limits: { ...mediaLimits, ...options.limits },
    pool: openPool(script, options.workers, childLimits, options.log),
    known: knownProbes(probesKept),
    temporary: await openTemporaryDirectory(options.temporaryDirectory),
    log: options.log,
  };
  return {
    inspect: (location, role) => inspect(context, location, role),
    download: (location, role, toPath, given) => download(context, location, role, toPath, given),
    checkCallback: (callbackUrl) => checkCallback(context, callbackUrl),
    post: (url, body, headers, given) => post(context, url, body, headers, given),
    async close() {
      await context.pool.close();
      await context.temporary.remove();
    },
  };
}
