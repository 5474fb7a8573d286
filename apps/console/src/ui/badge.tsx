import type { Job } from '@restage/sdk';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

type Tone = 'neutral' | 'info' | 'ok' | 'warn' | 'danger' | 'accent';

const tones: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-muted',
  info: 'bg-info-soft text-info',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
  accent: 'bg-accent-soft text-accent',
};

interface BadgeProps {
  readonly tone?: Tone;
  /** Shows a dot before the words, which pulses while something is going on. */
  readonly dot?: 'still' | 'pulsing';
  readonly children: ReactNode;
}

export function Badge({ tone = 'neutral', dot, children }: BadgeProps) {
  return (
    <span
      className={cx(
        'inline-flex h-5.5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap',
        tones[tone],
      )}
    >
      {dot && (
        <span
          aria-hidden
          className={cx('size-1.5 rounded-full bg-current', dot === 'pulsing' && 'animate-pulse')}
        />
      )}
      {children}
    </span>
  );
}

const statuses: Readonly<Record<Job['status'], { tone: Tone; label: string; dot: 'still' | 'pulsing' }>> = {
  in_queue: { tone: 'neutral', label: 'In queue', dot: 'pulsing' },
  processing: { tone: 'info', label: 'Processing', dot: 'pulsing' },
  completed: { tone: 'ok', label: 'Completed', dot: 'still' },
  failed: { tone: 'danger', label: 'Failed', dot: 'still' },
  cancelled: { tone: 'neutral', label: 'Cancelled', dot: 'still' },
};

/** The status of a job in words. */
export function StatusBadge({ status }: { readonly status: Job['status'] }) {
  const { tone, label, dot } = statuses[status];
  return (
    <Badge tone={tone} dot={dot}>
      {label}
    </Badge>
  );
}
