import type { ApiKey } from '@restage/sdk';

/** Whether a key works at a time, in milliseconds, or why it doesn't. */
export function getKeyState(key: ApiKey, now: number): 'active' | 'revoked' | 'expired' {
  if (key.revoked_at !== null) return 'revoked';
  if (key.expires_at !== null && new Date(key.expires_at).getTime() <= now) return 'expired';
  return 'active';
}
