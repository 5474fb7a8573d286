import type { Quote } from '@restage/sdk';
import { Coins } from 'lucide-react';
import { formatCredits, formatNumber } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';

interface CostProps {
  readonly quote: Quote | undefined;
  /** What is still to be done before there is a cost. */
  readonly missing: string | undefined;
  /** Why there is no cost although nothing is missing. */
  readonly refused: string | undefined;
}

/** What the job would cost, and what it would make. Always two lines high. */
export function Cost({ quote, missing, refused }: CostProps) {
  return (
    <div role="status" aria-label="Cost" className="flex h-14 items-center gap-3 rounded-lg bg-sunken px-3.5">
      <Coins aria-hidden className="size-4.5 shrink-0 text-muted" />
      {missing !== undefined || refused !== undefined ? (
        <p className="text-sm text-muted">{missing ?? refused}</p>
      ) : quote ? (
        <div className="flex min-w-0 flex-1 items-center justify-between gap-3">
          <div className="min-w-0">
            <p className="font-semibold tabular-nums">
              {quote.cost === 0 ? 'Free' : formatCredits(quote.cost)}
            </p>
            <p className="truncate text-xs text-faint">
              {quote.output.width} × {quote.output.height}
              {quote.frames > 1 && ` · ${formatNumber(quote.frames)} frames`}
            </p>
          </div>
          <p className="text-right text-xs text-faint tabular-nums">of {formatCredits(quote.balance)}</p>
        </div>
      ) : (
        <div className="flex flex-col gap-2">
          <Skeleton className="h-3.5 w-20" />
          <Skeleton className="h-2.5 w-28" />
        </div>
      )}
    </div>
  );
}
