import { useMutation } from '@tanstack/react-query';
import { BookOpen, LogOut } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useAccountInfo, useBilling } from '../api/account.ts';
import { queries, sessionKey } from '../api/queries.ts';
import { endSession, type Session } from '../api/session.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { formatDollars } from '../ui/format.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { showToast } from '../ui/toast.ts';
import { Logo } from './logo.tsx';
import { pages } from './pages.ts';

interface SidebarProps {
  readonly session: Session;
  /** Called when a link was followed. */
  readonly onNavigate?: () => void;
}

/** The navigation, and below it the account. */
export function Sidebar({ session, onNavigate }: SidebarProps) {
  const [location] = useLocation();
  return (
    <>
      <Link
        href="/"
        onClick={onNavigate}
        className="flex w-fit items-center gap-2.5 rounded-lg px-2.5 text-lg font-semibold tracking-tight"
      >
        <Logo />
        Restage
      </Link>
      <nav aria-label="Console" className="mt-7">
        <ul className="flex flex-col gap-0.5">
          {pages.map(({ path, title, icon: Icon, load }) => {
            if (!Icon) return null;
            const isCurrent =
              path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
            return (
              <li key={path}>
                <Link
                  href={path}
                  onClick={onNavigate}
                  onPointerEnter={load}
                  aria-current={isCurrent ? 'page' : undefined}
                  className={cx(
                    'flex h-9 items-center gap-2.5 rounded-lg px-2.5 font-medium transition-colors',
                    isCurrent ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text',
                  )}
                >
                  <Icon aria-hidden className="size-4" strokeWidth={2} />
                  {title}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
      <div className="mt-auto flex flex-col gap-3 pt-6">
        <a
          href="/docs"
          target="_blank"
          rel="noreferrer"
          className="flex h-9 items-center gap-2.5 rounded-lg px-2.5 font-medium text-muted transition-colors hover:bg-sunken hover:text-text"
        >
          <BookOpen aria-hidden className="size-4" />
          Docs
        </a>
        <Account session={session} />
      </div>
    </>
  );
}

/** Who is signed in, with what kind of key, and what is left. */
function Account({ session }: { readonly session: Session }) {
  const info = useAccountInfo();
  const billing = useBilling();
  const signOut = useMutation({
    mutationFn: endSession,
    onSuccess() {
      queries.clear();
      queries.setQueryData(sessionKey, null);
    },
    onError: (error) => showToast({ title: 'Signing out failed', description: error.message, isError: true }),
  });
  return (
    <section aria-label="Account" className="rounded-xl border border-line bg-surface p-3">
      <div className="flex items-center justify-between gap-2">
        <p className="min-w-0 truncate text-sm font-medium" title={info.data?.email}>
          {info.data?.email ?? <Skeleton className="h-3.5 w-24" />}
        </p>
        <Badge tone={session.mode === 'live' ? 'ok' : 'warn'}>
          {session.mode === 'live' ? 'Live' : 'Test'}
        </Badge>
      </div>
      <dl className="mt-1.5 flex h-6 items-center justify-between text-sm">
        <dt className="text-muted">Balance</dt>
        <dd className="font-medium tabular-nums">
          {billing.data ? formatDollars(billing.data.prepaid_balance) : <Skeleton className="h-3.5 w-14" />}
        </dd>
      </dl>
      <Button
        look="quiet"
        size="small"
        isBusy={signOut.isPending}
        onClick={() => signOut.mutate()}
        icon={<LogOut aria-hidden className="size-3.5" />}
        className="mt-2 -ml-1"
      >
        Sign out
      </Button>
    </section>
  );
}
