import type { ReactNode } from 'react';
import { isUnreachable } from '../api/errors.ts';
import { ErrorPanel } from './error-panel.tsx';

/** The parts of a query that are shown. */
interface Loadable<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

interface LoadedProps<T> {
  readonly query: Loadable<T>;
  /** What can't be shown if the query fails: "The jobs can't be shown". */
  readonly title: string;
  /** In the size of what comes. */
  readonly skeleton: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/**
 * Shows what a query has loaded; until then a skeleton, or its error. What was loaded once stays while it is loaded anew.
 * While the server can't be reached, the shell says so, and the skeleton stays.
 */
export function Loaded<T>({ query, title, skeleton, children }: LoadedProps<T>) {
  const { data, error, isFetching, refetch } = query;
  if (data !== undefined) return children(data);
  if (!error || isUnreachable(error)) return skeleton;
  return <ErrorPanel error={error} title={title} onRetry={refetch} isRetrying={isFetching} />;
}
