import { fileURLToPath } from 'node:url';
import { limits } from '@restage/contract';
import type { Failure } from '@restage/errors';
import type { Context, MediaLimits } from './context.ts';
import { fetchLimits } from './fetch/fetcher.ts';
import { type Network, systemNetwork } from './fetch/network.ts';
import { type DownloadFailure, download } from './inputs/download.ts';
import { type InspectFailure, inspect } from './inputs/inspect.ts';
import type { Location, MediaBytes, Role } from './inputs/location.ts';
import type { Log } from './log.ts';
import { checkCallback } from './outgoing/check-callback.ts';
import { type PostFailure, type PostResponse, post } from './outgoing/post.ts';
import { createProbeCache } from './probe/cache.ts';
import { childLimits, openProbePool } from './probe/pool.ts';
import type { Probe } from './probe/protocol.ts';
import { openTemporaryDirectory } from './temporary.ts';

/** The default limits. */
const defaultLimits: MediaLimits = {
  ...fetchLimits,
  maxDataBytes: limits.dataUriBytes,
  inspectMs: limits.inputsTimeoutMs,
  downloadMs: 300_000,
  callbackMs: 3000,
};

/** About 3 MB. */
const maxCachedProbes = 10_000;

/** What `createMedia` needs. */
export interface MediaOptions extends Partial<Network> {
  /** For files that live as long as a call. Files of processes that died are removed from it. */
  readonly temporaryDirectory: string;
  /** Allows http, any port and private addresses: for development only. */
  readonly allowPrivateNetwork: boolean;
  /** The maximum number of child processes, each of about 60 MB. */
  readonly workers: number;
  /** The entry of the child process; default `worker.ts` beside this file. */
  readonly workerScript?: string;
  readonly limits?: Partial<MediaLimits>;
  readonly log: Log;
}

/** Handles media, URLs and bytes of users, none of which is trusted. */
export interface Media {
  /** What media is, from its bytes. See `inspect`. */
  inspect(
    location: Location,
    role: Role,
    options?: { readonly timeoutMs: number },
  ): Promise<Probe | InspectFailure>;
  /** All bytes of media in a file. See `download`. */
  download(
    location: MediaBytes,
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
  ): Promise<PostResponse | PostFailure>;
  /** Ends the child processes and removes temporary files. */
  close(): Promise<void>;
}

/** Prepares the temporary directory. Child processes are started when the first file is inspected. */
export async function createMedia(options: MediaOptions): Promise<Media> {
  if (options.allowPrivateNetwork) {
    options.log.warn(
      {
        warning: 'UNSAFE: media and callback URLs may use http and private addresses. For development only.',
      },
      'private_network_allowed',
    );
  }
  const script = options.workerScript ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
  const context: Context = {
    network: { ...systemNetwork, ...options },
    limits: { ...defaultLimits, ...options.limits },
    probePool: openProbePool(script, options.workers, childLimits, options.log),
    probeCache: createProbeCache(maxCachedProbes),
    temporary: await openTemporaryDirectory(options.temporaryDirectory),
    log: options.log,
  };
  return {
    inspect: (location, role, options) => inspect(context, location, role, options),
    download: (location, role, toPath, given) => download(context, location, role, toPath, given),
    checkCallback: (callbackUrl) => checkCallback(context, callbackUrl),
    post: (url, body, headers, given) => post(context, url, body, headers, given),
    async close() {
      await context.probePool.close();
      await context.temporary.remove();
    },
  };
}
