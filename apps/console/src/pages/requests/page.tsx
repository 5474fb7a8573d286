import type { FailureCounts } from '@restage/sdk';
import { ScrollText, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { restage } from '../../api/client.ts';
import { useCall, usePages } from '../../api/queries.ts';
import { buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { Skeleton, SkeletonRows } from '../../ui/skeleton.tsx';
import { Failures } from './failures.tsx';
import { type RequestFilters as Filters, readFilters, toListInput, toRequestsPath } from './filters.ts';
import { LinkedRequest } from './linked-request.tsx';
import { RequestFilters } from './request-filters.tsx';
import { RequestItem } from './request-item.tsx';

const limit = 50;
const intervalMs = 4_000;

export default function RequestsPage() {
  const search = useSearch();
  const { filters, openId } = useMemo(() => {
    const params = new URLSearchParams(search);
    return { filters: readFilters(params), openId: params.get('request') ?? undefined };
  }, [search]);
  const counts = useCall(['requests', 'failures'], (options) => restage.requests.failures(options), {
    refetchInterval: intervalMs,
  });
  const list = useRequests(filters);
  return (
    <Page
      title="Requests"
      description="Every write and every failed call of the last days, and how to fix what failed."
    >
      {counts.isPending ? (
        // How high the failures will be isn't known, and what is below them must not move.
        <Skeleton className="h-72 w-full rounded-xl" />
      ) : (
        <>
          <Card title="Failures of the last 7 days">
            <Loaded query={counts} title="The failures can’t be counted" skeleton={null}>
              {(shown) => <Failures counts={shown} filters={filters} />}
            </Loaded>
          </Card>
          <RequestFilters filters={filters} counts={counts.data} />
          <RequestList list={list} filters={filters} openId={openId} counts={counts.data} />
        </>
      )}
    </Page>
  );
}

/** The requests that match, page by page; as long as the first page is the only one, as they are now. */
function useRequests(filters: Filters) {
  return usePages(
    ['requests', filters],
    (token, options) => restage.requests.list({ ...toListInput(filters), limit }, options).page(token),
    { refetchInterval: (pages) => (pages.length > 1 ? 0 : intervalMs) },
  );
}

interface RequestListProps {
  readonly list: ReturnType<typeof useRequests>;
  readonly filters: Filters;
  readonly openId: string | undefined;
  readonly counts: FailureCounts | undefined;
}

function RequestList({ list, filters, openId, counts }: RequestListProps) {
  const [, navigate] = useLocation();
  // What a link named stays above the list; what was opened in the list opens in its place.
  const [linkedId, setLinkedId] = useState(openId);
  const open = (id: string | undefined) => {
    setLinkedId(undefined);
    navigate(toRequestsPath(filters, id), { replace: true });
  };
  return (
    <>
      {linkedId !== undefined && linkedId === openId && (
        <LinkedRequest id={linkedId} counts={counts} onClose={() => open(undefined)} />
      )}
      <Card isFlush>
        <Loaded query={list} title="The requests can’t be shown" skeleton={<SkeletonRows rows={8} />}>
          {({ pages }) => {
            const requests = pages.flatMap((page) => page.requests);
            if (requests.length === 0) return <NoRequests isFiltered={Object.keys(filters).length > 0} />;
            return (
              <>
                <ul aria-label="Requests">
                  {toKeyed(requests).map(({ key, request }) => {
                    const isOpen = request.id === openId && openId !== linkedId;
                    return (
                      <RequestItem
                        key={key}
                        request={request}
                        counts={counts}
                        isOpen={isOpen}
                        onToggle={() => open(isOpen ? undefined : request.id)}
                      />
                    );
                  })}
                </ul>
                <ShowMore query={list} title="Older requests can’t be shown" />
              </>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}

/** The calls of one tRPC batch share their id: each gets a key of its own. */
function toKeyed<T extends { readonly id: string }>(requests: readonly T[]) {
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = seen.get(request.id) ?? 0;
    seen.set(request.id, count + 1);
    return { key: `${request.id}:${count}`, request };
  });
}

function NoRequests({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState
      icon={SearchX}
      title="No request matches"
      action={
        <Link href="/requests" className={buttonClass()}>
          Show all requests
        </Link>
      }
    >
      No request in the log has this code, procedure and status at once.
    </EmptyState>
  ) : (
    <EmptyState
      icon={ScrollText}
      title="No requests yet"
      action={
        <a href="/docs" target="_blank" rel="noreferrer" className={buttonClass()}>
          Read how to call the API
        </a>
      }
    >
      Call the API with a key, and each write and each failure appears here.
    </EmptyState>
  );
}
