import { Info } from 'lucide-react';
import type { ReactNode } from 'react';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** What to know before something is tried. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <section aria-label={title} className="flex gap-3 rounded-xl border border-info/30 bg-info-soft p-4">
      <Info aria-hidden className="mt-0.5 size-5 shrink-0 text-info" />
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        <p className="mt-0.5 text-muted">{children}</p>
      </div>
    </section>
  );
}
