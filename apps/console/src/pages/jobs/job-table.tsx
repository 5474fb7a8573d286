import type { JobSummary } from '@restage/sdk';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cx } from '../../ui/cx.ts';
import { JobRow, rowHeight } from './job-row.tsx';
import { toParts, withRow } from './row-parts.ts';

interface JobTableProps {
  readonly jobs: readonly JobSummary[];
  /** Whether there are more than `jobs`. */
  readonly hasMore: boolean;
  /** Called when the end of `jobs` is near. Undefined while more may not be fetched. */
  readonly onNearEnd: (() => void) | undefined;
}

/** How many rows before its end the list is continued, and how many rows out of sight are kept. */
const rowsBeforeEnd = 30;
const overscan = 8;

/**
 * The jobs as a table that scrolls with the page. Only the rows in sight are in the page, and the one that has the
 * focus. The arrow keys move from row to row.
 */
export function JobTable({ jobs, hasMore, onNearEnd }: JobTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  const [focused, setFocused] = useState<number>();
  useLayoutEffect(() => {
    const top = table.current?.tBodies[0]?.getBoundingClientRect().top ?? 0;
    setScrollMargin(top + scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin,
    rangeExtractor: (range) => withRow(defaultRangeExtractor(range), focused, jobs.length),
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;
  const isNearEnd = hasMore && lastIndex >= jobs.length - rowsBeforeEnd;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again when more jobs have come, and the end is still near
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd, jobs.length]);

  const focusRow = (index: number) => {
    if (index < 0 || index >= jobs.length) return;
    setFocused(index);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => {
      table.current
        ?.querySelector<HTMLElement>(`tr[data-index="${index}"] a`)
        ?.focus({ preventScroll: true });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || focused === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    focusRow(focused + step);
  };
  const onFocus = ({ target }: FocusEvent) => {
    const index = target.closest('tr')?.dataset.index;
    if (index !== undefined) setFocused(Number(index));
  };
  return (
    <table
      ref={table}
      aria-label="Jobs"
      aria-rowcount={hasMore ? -1 : jobs.length + 1}
      className="w-full table-fixed border-collapse text-left"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onBlur={() => setFocused(undefined)}
    >
      <thead>
        <tr aria-rowindex={1} className="h-10 border-b border-line text-xs text-faint max-md:sr-only">
          {columns.map(({ title, className }) => (
            <th key={title} scope="col" className={cx('px-4 font-medium', className)}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {toParts(
          rows.map(({ index }) => index),
          jobs.length,
        ).map((part) =>
          'gap' in part ? (
            <tr key={part.key} aria-hidden>
              <td style={{ height: part.gap * rowHeight }} />
            </tr>
          ) : (
            jobs[part.index] && (
              <JobRow key={jobs[part.index]?.id} job={jobs[part.index] as JobSummary} index={part.index} />
            )
          ),
        )}
      </tbody>
    </table>
  );
}

const columns = [
  { title: 'Job', className: 'pl-5' },
  { title: 'Status', className: 'w-40 max-md:hidden' },
  { title: 'Type', className: 'w-32 max-lg:hidden' },
  { title: 'Cost', className: 'w-28 text-right max-md:hidden' },
  { title: 'Created', className: 'w-32 pr-5 text-right max-md:hidden' },
] as const;
