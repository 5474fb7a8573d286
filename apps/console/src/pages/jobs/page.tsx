import { ListVideo, SearchX, Wand } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useSearch } from 'wouter';
import { buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { type JobFilters as Filters, readFilters } from './filters.ts';
import { JobFilters } from './job-filters.tsx';
import { JobTable } from './job-table.tsx';
import { JobsSkeleton } from './jobs-skeleton.tsx';
import { useJobs } from './use-jobs.ts';

export default function JobsPage() {
  const search = useSearch();
  const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
  return (
    <Page
      title="Jobs"
      description="Every restage of this account, as it is now."
      action={
        <Link href="/" className={buttonClass('primary')}>
          <Wand aria-hidden className="size-4" />
          New restage
        </Link>
      }
    >
      <JobFilters filters={filters} />
      <JobList key={search} filters={filters} />
    </Page>
  );
}

function JobList({ filters }: { readonly filters: Filters }) {
  const { pages, jobs } = useJobs(filters);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  return (
    <>
      <Card isFlush>
        <Loaded query={pages} title="The jobs can’t be shown" skeleton={<JobsSkeleton rows={6} hasHead />}>
          {() =>
            jobs.length === 0 ? (
              <NoJobs isFiltered={Object.keys(filters).length > 0} />
            ) : (
              <>
                <JobTable
                  jobs={jobs}
                  hasMore={hasNextPage}
                  onNearEnd={isFetchNextPageError ? undefined : fetchNextPage}
                />
                {isFetchNextPageError ? (
                  <ShowMore query={pages} title="Older jobs can’t be shown" />
                ) : (
                  isFetchingNextPage && <JobsSkeleton rows={3} />
                )}
              </>
            )
          }
        </Loaded>
      </Card>
      {jobs.length > 50 && !hasNextPage && (
        <p className="text-center text-sm text-faint">These are all {jobs.length} jobs.</p>
      )}
    </>
  );
}

function NoJobs({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState
      icon={SearchX}
      title="No job matches"
      action={
        <Link href="/jobs" className={buttonClass()}>
          Show all jobs
        </Link>
      }
    >
      No job has this status, type and age at once.
    </EmptyState>
  ) : (
    <EmptyState
      icon={ListVideo}
      title="No jobs yet"
      action={
        <Link href="/" className={buttonClass()}>
          Open the playground
        </Link>
      }
    >
      Restage a picture or a short video in the playground, or start a job from your program. It appears here
      at once.
    </EmptyState>
  );
}
