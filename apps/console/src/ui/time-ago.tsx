import { useSyncExternalStore } from 'react';
import { cx } from './cx.ts';
import { formatAge, formatExactTime } from './format.ts';

/** One clock for the whole page. */
function subscribe(onTick: () => void): () => void {
  const timer = setInterval(onTick, 10_000);
  return () => clearInterval(timer);
}

/** To ten seconds, so that a render between two ticks reads the same time. */
const readClock = () => Math.floor(Date.now() / 10_000) * 10_000;

/** How long ago something happened; the exact time is shown on hover. */
export function TimeAgo({ at, className }: { readonly at: string; readonly className?: string }) {
  const now = useSyncExternalStore(subscribe, readClock);
  const isRecent = Math.abs(new Date(at).getTime() - now) < 15_000;
  return (
    <time dateTime={at} title={formatExactTime(at)} className={cx('whitespace-nowrap', className)}>
      {isRecent ? 'just now' : formatAge(at, now)}
    </time>
  );
}
