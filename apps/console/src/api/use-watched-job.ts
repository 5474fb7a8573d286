import { type Job, type RestageErrorOf, safe, type WatchErrorCode } from '@restage/sdk';
import { useEffect, useState } from 'react';
import { restage } from './client.ts';
import { useIsLost } from './connection.ts';
import { connection, handleCallError, queries } from './queries.ts';

interface WatchedJob {
  /** The job as it is now; undefined until the server has answered. */
  readonly job: Job | undefined;
  /** Why it can't be watched any more. */
  readonly error: RestageErrorOf<WatchErrorCode> | undefined;
}

const nothing: WatchedJob = { job: undefined, error: undefined };

export function isTerminal({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Follows a job by the event stream until it has ended. Begins anew when a lost server is back. */
export function useWatchedJob(id: string | undefined): WatchedJob {
  const [watched, setWatched] = useState<WatchedJob & { readonly id?: string }>(nothing);
  const isLost = useIsLost(connection);
  useEffect(() => {
    if (id === undefined || isLost) return undefined;
    const controller = new AbortController();
    void follow(id, controller.signal, (next) => {
      setWatched((last) => ({
        id,
        job: next.job ?? (last.id === id ? last.job : undefined),
        error: next.error,
      }));
    });
    return () => controller.abort();
  }, [id, isLost]);
  return watched.id === id ? watched : nothing;
}

async function follow(
  id: string,
  signal: AbortSignal,
  onChange: (watched: WatchedJob) => void,
): Promise<void> {
  for await (const result of safe(restage.generations.watch(id, { signal, maxRetries: 2 }))) {
    if (signal.aborted) return;
    if (!result.ok) {
      handleCallError(result.error);
      onChange({ job: undefined, error: result.error });
      return;
    }
    onChange({ job: result.value, error: undefined });
    if (!isTerminal(result.value)) continue;
    // The end of a job changes the balance, the lists and the usage.
    for (const name of ['account', 'jobs', 'quote', 'usage'])
      void queries.invalidateQueries({ queryKey: [name] });
  }
}
