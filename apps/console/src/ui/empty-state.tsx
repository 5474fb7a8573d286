import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** What to do first. */
  readonly children: ReactNode;
  /** A button or a link. */
  readonly action?: ReactNode;
}

/** Stands where there is nothing yet, and says what to do first. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-xl border border-line bg-sunken text-muted">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="mt-4 text-lg font-semibold">{title}</h2>
      <p className="mt-1 max-w-md text-muted">{children}</p>
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}
