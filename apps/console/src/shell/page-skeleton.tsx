import { Skeleton } from '../ui/skeleton.tsx';

/** Stands for a page whose script is loading. */
export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-6">
      <div>
        <Skeleton className="my-1 h-5 w-40" />
        <Skeleton className="mt-3 h-3.5 w-72 max-w-full" />
      </div>
      <Skeleton className="h-72 w-full rounded-xl" />
    </div>
  );
}
