import { Skeleton } from '../../ui/skeleton.tsx';

/** Stands for a job that is being fetched. */
export function JobSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_19rem]"
    >
      <div className="flex flex-col gap-6">
        <Skeleton className="aspect-video w-full rounded-xl" />
        <Skeleton className="h-40 w-full rounded-xl" />
      </div>
      <div className="flex flex-col gap-6">
        <Skeleton className="h-80 w-full rounded-xl" />
        <Skeleton className="h-56 w-full rounded-xl" />
      </div>
    </div>
  );
}
