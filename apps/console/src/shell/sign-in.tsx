import { type FormEvent, useEffect, useEffectEvent, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { handleCallError, queries, sessionKey } from '../api/queries.ts';
import { fetchSession, openSession } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { Field, Input } from '../ui/field.tsx';
import { Logo } from './logo.tsx';

interface SignInPageProps {
  readonly ticket: string | undefined;
  readonly onTicketUsed: () => void;
}

/** Signs in with the ticket of a link, or with a key that is pasted. Then goes to the page that was asked for. */
export function SignInPage({ ticket, onTicketUsed }: SignInPageProps) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  // No useMutation: it would keep the key or ticket in memory.
  const signIn = async (open: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await open();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      await queries.resetQueries({ queryKey: sessionKey });
      navigate(readNext(search), { replace: true });
    } catch (failure) {
      handleCallError(failure);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const onTicket = useEffectEvent((given: string) => {
    onTicketUsed();
    void signIn(() => openWithTicket(given));
  });
  useEffect(() => {
    document.title = 'Sign in · Restage';
    if (ticket !== undefined) onTicket(ticket);
  }, [ticket]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = String(new FormData(form).get('key')).trim();
    form.reset();
    if (key) void signIn(() => openSession({ key }));
  };
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-4 py-10">
      <div className="flex flex-col items-center text-center">
        <Logo className="size-11" />
        <h1 className="mt-5 text-xl font-semibold tracking-tight">Sign in to Restage</h1>
        <p className="mt-1.5 text-muted">
          Open the link that the server printed at its first start, or paste an API key.
        </p>
      </div>
      {!isSecureContext && (
        <p role="note" className="mt-6 rounded-lg bg-warn-soft px-4 py-3 text-sm text-warn">
          This address is neither https nor this machine, so the browser doesn’t say where requests come from,
          and signing in is refused. Open the console over https, or at localhost.
        </p>
      )}
      <form onSubmit={submit} className="card mt-7 flex flex-col gap-4 p-6">
        <Field
          label="API key"
          description="It is sent to your server once, in exchange for a session of 12 hours, and kept nowhere."
        >
          {(control) => (
            <Input
              {...control}
              name="key"
              type="password"
              required
              placeholder="rsk_…"
              autoComplete="off"
              spellCheck={false}
              className="font-mono"
            />
          )}
        </Field>
        <Button type="submit" look="primary" isBusy={isBusy}>
          Sign in
        </Button>
        {error !== undefined && <ErrorPanel error={error} title="Signing in failed" />}
      </form>
      <p className="mt-5 text-center text-sm text-muted">
        No key at hand? Run{' '}
        <code className="rounded bg-sunken px-1.5 py-0.5">restage-server console-link</code> with the id of an
        account for a new link.
      </p>
    </main>
  );
}

/** A link that was used already does no harm to who is signed in. */
async function openWithTicket(ticket: string): Promise<void> {
  try {
    await openSession({ ticket });
  } catch (error) {
    await fetchSession().catch(() => {
      throw error;
    });
  }
}

/** The page to go to: only one of the console's own. */
function readNext(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?!\/)/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}
