import { useEffect, useMemo } from 'react';
import { restage } from '../../api/client.ts';
import { useCall, usePages } from '../../api/queries.ts';
import { type JobFilters, toListInput } from './filters.ts';
import { mergeJobs } from './merge-jobs.ts';

/** Jobs of a page. */
const limit = 100;
/** How often the newest jobs are asked for, and how often all that were fetched are, if one of them still runs. */
const headIntervalMs = 2_000;
const allIntervalMs = 15_000;

/** The jobs that match, page by page, the newest of them as they are now. */
export function useJobs(filters: JobFilters) {
  const fetchPage = (token: string | undefined, options: { readonly signal: AbortSignal }) =>
    restage.generations.summaries({ ...toListInput(filters, Date.now()), limit }, options).page(token);
  const pages = usePages(['jobs', filters], fetchPage);
  const head = useCall(['jobs', 'head', filters], (options) => fetchPage(undefined, options), {
    enabled: pages.data !== undefined,
    refetchInterval: headIntervalMs,
  });
  const { jobs, hasGap, hasActiveBeyondHead } = useMemo(
    () => mergeJobs(head.data, pages.data?.pages.flatMap((page) => page.jobs) ?? []),
    [head.data, pages.data],
  );
  const { refetch, isFetchNextPageError } = pages;
  // A fetch of all pages would take away the error of the next page before anyone has read it.
  const isOutdated = hasGap && !isFetchNextPageError;
  const isPolled = hasActiveBeyondHead && !isFetchNextPageError;
  useEffect(() => {
    if (isOutdated) void refetch();
  }, [isOutdated, refetch]);
  useEffect(() => {
    if (!isPolled) return undefined;
    const timer = setInterval(refetch, allIntervalMs);
    return () => clearInterval(timer);
  }, [isPolled, refetch]);
  return { pages, jobs };
}
