import { cx } from './cx.ts';

/** Stands where something will be, in its size, so that nothing moves when it comes. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden className={cx('block animate-pulse rounded-md bg-line/70', className)} />;
}

/** Skeletons of rows. */
export function SkeletonRows({
  rows = 5,
  className,
}: {
  readonly rows?: number;
  readonly className?: string;
}) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-px">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are all alike
        <div key={row} className={cx('flex h-12 items-center gap-4 px-4', className)}>
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/3" />
          <Skeleton className="ml-auto h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
