import { useSession } from '../api/account.ts';
import { getDocsPath, getResolution } from '../api/errors.ts';
import { Notice } from './notice.tsx';
import { Prose } from './prose.tsx';

const code = 'LIVE_KEY_REQUIRED';

/** Says, to who is signed in with a test key, what it can't do, and how it can be done. */
export function LiveKeyNotice({ what }: { /** "create or revoke keys" */ readonly what: string }) {
  const session = useSession();
  if (session.data?.mode !== 'test') return null;
  return (
    <Notice title={`A test key can’t ${what}`}>
      You are signed in with a test key, and the server refuses this with{' '}
      <a href={getDocsPath(code)} target="_blank" rel="noreferrer" className="font-mono text-sm underline">
        {code}
      </a>
      . <Prose>{getResolution(code)}</Prose> Here: sign out, and sign in with a live key.
    </Notice>
  );
}
