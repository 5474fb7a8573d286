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
    enabled: pages.isSuccess,
    refetchInterval: headIntervalMs,
  });
  const { jobs, hasGap, hasActiveBeyondHead } = useMemo(
    () => mergeJobs(head.data, pages.data?.pages.flatMap((page) => page.jobs) ?? []),
    [head.data, pages.data],
  );
  const { refetch } = pages;
  useEffect(() => {
    if (hasGap) void refetch();
  }, [hasGap, refetch]);
  useEffect(() => {
    if (!hasActiveBeyondHead) return undefined;
    const timer = setInterval(refetch, allIntervalMs);
    return () => clearInterval(timer);
  }, [hasActiveBeyondHead, refetch]);
  return { pages, jobs };
}
