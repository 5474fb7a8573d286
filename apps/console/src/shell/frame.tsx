import { Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Session } from '../api/session.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { MobileMenu } from './mobile-menu.tsx';
import { NotFoundPage } from './not-found.tsx';
import { PageSkeleton } from './page-skeleton.tsx';
import { type PageEntry, pages } from './pages.ts';
import { Sidebar } from './sidebar.tsx';
import { useRouteFocus } from './use-route-focus.ts';

/** What surrounds every page: the navigation, and the page's place. */
export function Frame({ session }: { readonly session: Session }) {
  const [location] = useLocation();
  useRouteFocus(location);
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      <MobileMenu session={session} />
      <div className="mx-auto flex min-h-dvh max-w-[90rem]">
        <aside className="sticky top-0 flex h-dvh w-60 shrink-0 flex-col border-r border-line px-3 py-5 max-lg:hidden">
          <Sidebar session={session} />
        </aside>
        <main
          id="main"
          tabIndex={-1}
          className="min-w-0 flex-1 px-4 py-6 outline-none sm:px-8 lg:px-10 lg:py-9"
        >
          <ErrorBoundary key={location}>
            <Suspense fallback={<PageSkeleton />}>
              <Switch>
                {pages.map((entry) => (
                  <Route key={entry.path} path={entry.path}>
                    <Titled entry={entry} />
                  </Route>
                ))}
                <Route>
                  <NotFoundPage />
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </>
  );
}

/** A page, which gives the document its title. */
function Titled({ entry: { component: Component, title } }: { readonly entry: PageEntry }) {
  useEffect(() => {
    document.title = `${title} · Restage`;
  }, [title]);
  return <Component />;
}
