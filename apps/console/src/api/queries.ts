import type { Call, RestageErrorCode, RestageErrorOf } from '@restage/sdk';
import {
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { createConnection } from './connection.ts';
import { isSignedOut, isUnreachable } from './errors.ts';

export const sessionKey = ['session'] as const;

export const connection = createConnection({
  ask: async () => (await fetch('/healthz', { cache: 'no-store' })).ok,
  onRestored: () => void queries.invalidateQueries(),
});

/** Reacts to what any call may meet: the server is gone, or the session has ended. */
export function handleCallError(error: unknown): void {
  if (isUnreachable(error)) connection.reportLost();
  // The shell asks for the session, and shows the sign-in page in place of the page.
  else if (isSignedOut(error)) queries.setQueryData(sessionKey, null);
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: handleCallError }),
  mutationCache: new MutationCache({ onError: handleCallError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A server on this machine can be reached without a network.
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && !isUnreachable(error) && isWorthRetrying(error),
      retryDelay: (failures, error) => Math.max(500 * 2 ** failures, readRetryAfterMs(error)),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** Longer waits are shown as what they are. */
const maxRetryAfterMs = 5_000;

function isWorthRetrying(error: object): boolean {
  return 'retryable' in error && error.retryable === true && readRetryAfterMs(error) <= maxRetryAfterMs;
}

function readRetryAfterMs(error: object): number {
  return 'retryAfter' in error && typeof error.retryAfter === 'number' ? error.retryAfter * 1000 : 0;
}

interface CallQueryOptions {
  /** Fetches again after so many milliseconds. */
  readonly refetchInterval?: number | undefined;
  /** Default: true. */
  readonly enabled?: boolean | undefined;
  /** Shows the last data while that of a new key is fetched. */
  readonly keepPrevious?: boolean | undefined;
}

/**
 * Queries with a call of the client. The type of its error is the call's exact union of codes.
 * @param key the call's name and its input
 */
export function useCall<T, Code extends RestageErrorCode>(
  key: QueryKey,
  call: (options: { readonly signal: AbortSignal }) => Call<T, Code>,
  { keepPrevious = false, enabled = true, refetchInterval = 0 }: CallQueryOptions = {},
) {
  return useQuery<T, RestageErrorOf<Code>>({
    queryKey: key,
    queryFn: ({ signal }) => call({ signal }),
    enabled,
    refetchInterval: refetchInterval || false,
    ...(keepPrevious && { placeholderData: (previous: T | undefined) => previous as never }),
  });
}

/** A page of a list. */
interface Page {
  readonly next_page_token: string | null;
}

interface PagesQueryOptions<T> extends Pick<CallQueryOptions, 'enabled'> {
  /** After how many milliseconds all pages that were fetched are fetched again; 0 for never. */
  readonly refetchInterval?: number | ((pages: readonly T[]) => number);
}

/** Queries a list page by page: `data.pages`, `fetchNextPage`, `hasNextPage`. */
export function usePages<T extends Page, Code extends RestageErrorCode>(
  key: QueryKey,
  call: (pageToken: string | undefined, options: { readonly signal: AbortSignal }) => Call<T, Code>,
  { enabled = true, refetchInterval = 0 }: PagesQueryOptions<T> = {},
) {
  return useInfiniteQuery<T, RestageErrorOf<Code>, { pages: T[] }, QueryKey, string | undefined>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call(pageParam, { signal }),
    initialPageParam: undefined,
    getNextPageParam: ({ next_page_token }) => next_page_token ?? undefined,
    enabled,
    refetchInterval({ state }) {
      // A fetch of all pages would take away the error of the next page before anyone has read it.
      if (state.status === 'error' && state.fetchMeta?.fetchMore?.direction === 'forward') return false;
      const pages = state.data?.pages ?? [];
      return (typeof refetchInterval === 'number' ? refetchInterval : refetchInterval(pages)) || false;
    },
  });
}

/** Changes something with a call of the client. `onDone` gets what it answers. */
export function useSend<Input, T, Code extends RestageErrorCode>(
  call: (input: Input) => Call<T, Code>,
  {
    onDone,
    refresh = [],
  }: {
    readonly onDone?: (value: T, input: Input) => void;
    /** The first words of the keys to fetch anew. */
    readonly refresh?: readonly string[];
  } = {},
) {
  return useMutation<T, RestageErrorOf<Code>, Input>({
    mutationFn: (input) => call(input),
    // What it answers may be a secret, which must not stay in memory.
    gcTime: 0,
    onSuccess(value, input) {
      for (const name of refresh) void queries.invalidateQueries({ queryKey: [name] });
      onDone?.(value, input);
    },
  });
}
