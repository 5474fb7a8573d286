import { useQuery } from '@tanstack/react-query';
import { restage } from './client.ts';
import { isSignedOut } from './errors.ts';
import { sessionKey, useCall } from './queries.ts';
import { fetchSession, type Session } from './session.ts';

/** The session: null if nobody is signed in, undefined until the server has answered. */
export function useSession() {
  return useQuery<Session | null>({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return await fetchSession(signal);
      } catch (error) {
        if (isSignedOut(error)) return null;
        throw error;
      }
    },
    // Notices within seconds that the session's key was revoked, or that the server is gone.
    refetchInterval: 8_000,
  });
}

/** The balance in US dollars, and the usage of the billing period. */
export function useBilling() {
  return useCall(['account', 'billing'], (options) => restage.account.billing(options));
}

/** The account, and how much of its limits is in use. */
export function useAccountInfo(options?: { refetchInterval: number }) {
  return useCall(['account', 'info'], (call) => restage.account.info(call), options);
}
