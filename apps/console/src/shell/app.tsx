import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation, useSearch } from 'wouter';
import { useSession } from '../api/account.ts';
import { isUnreachable } from '../api/errors.ts';
import { connection, queries } from '../api/queries.ts';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Frame } from './frame.tsx';
import { SignInPage } from './sign-in.tsx';
import { Splash } from './splash.tsx';
import { ToastHost } from './toast-host.tsx';

/** The whole console. `link` has the one-time ticket of the link that opened it, if one did. */
export function App({ link }: { readonly link: { readonly ticket: string | undefined } }) {
  const [ticket, setTicket] = useState(link.ticket);
  return (
    // The content security policy forbids style elements; styles.css has what Base UI's would say.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Router base="/console">
          <ConnectionBanner connection={connection} />
          <Switch>
            <Route path="/sign-in">
              <SignInPage ticket={ticket} onTicketUsed={() => setTicket(undefined)} />
            </Route>
            <Route>{ticket === undefined ? <SignedIn /> : <ToSignIn />}</Route>
          </Switch>
        </Router>
        <ToastHost />
      </QueryClientProvider>
    </CSPProvider>
  );
}

/** The pages, if somebody is signed in. */
function SignedIn() {
  const session = useSession();
  if (session.data) return <Frame session={session.data} />;
  if (session.data === null) return <ToSignIn />;
  if (session.error && !isUnreachable(session.error)) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <ErrorPanel error={session.error} title="The session can’t be checked" onRetry={session.refetch} />
      </main>
    );
  }
  return <Splash />;
}

/** Goes to the sign-in page, which comes back to this page. */
function ToSignIn() {
  const [path] = useLocation();
  const search = useSearch();
  const next =
    path === '/' && !search ? '' : `?${new URLSearchParams({ next: search ? `${path}?${search}` : path })}`;
  return <Redirect to={`/sign-in${next}`} replace />;
}
