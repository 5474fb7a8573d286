import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { cx } from './cx.ts';

interface PageProps {
  readonly title: string;
  /** The list that the page is a part of. */
  readonly parent?: { readonly href: string; readonly title: string };
  /** One sentence: what the page is for. */
  readonly description?: ReactNode;
  /** At the right of the title: the page's main button. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: its heading, and its parts below one another. */
export function Page({ title, parent, description, action, children }: PageProps) {
  return (
    <div className="flex flex-col gap-6">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {parent && (
            <Link
              href={parent.href}
              className="mb-1.5 -ml-1 flex w-fit items-center gap-0.5 text-sm font-medium text-muted hover:text-text"
            >
              <ChevronLeft aria-hidden className="size-4" />
              {parent.title}
            </Link>
          )}
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {description !== undefined && <p className="mt-1 max-w-2xl text-muted">{description}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  readonly title?: string;
  readonly description?: ReactNode;
  readonly action?: ReactNode;
  /** Tables and lists go to the edges. */
  readonly isFlush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a page. */
export function Card({ title, description, action, isFlush = false, className, children }: CardProps) {
  return (
    <section className={cx('card min-w-0 overflow-hidden', className)}>
      {title !== undefined && (
        <div
          className={cx(
            'flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 pt-4',
            isFlush && 'border-b border-line pb-3.5',
          )}
        >
          <div className="min-w-0">
            <h2 className="text-lg font-semibold">{title}</h2>
            {description !== undefined && <p className="text-sm text-muted">{description}</p>}
          </div>
          {action}
        </div>
      )}
      <div className={isFlush ? undefined : 'p-5'}>{children}</div>
    </section>
  );
}
