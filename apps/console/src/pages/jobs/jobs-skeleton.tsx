import { Skeleton } from '../../ui/skeleton.tsx';
import { rowHeight } from './job-row.tsx';

interface JobsSkeletonProps {
  readonly rows: number;
  /** Leaves room for the titles of the columns too. */
  readonly hasHead?: boolean;
}

/** Stands for rows of the list that are being fetched. */
export function JobsSkeleton({ rows, hasHead = false }: JobsSkeletonProps) {
  return (
    <div role="status" aria-label="Loading">
      {hasHead && <div className="h-10 border-b border-line max-md:hidden" />}
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are all alike
          key={row}
          style={{ height: rowHeight }}
          className="flex items-center gap-4 border-b border-line px-5 last:border-0"
        >
          <Skeleton className="h-12 w-18" />
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <Skeleton className="h-3.5 w-1/2" />
            <Skeleton className="h-3 w-1/4" />
          </div>
          <Skeleton className="h-5 w-20 rounded-full max-md:hidden" />
          <Skeleton className="h-3.5 w-16 max-md:hidden" />
        </div>
      ))}
    </div>
  );
}
