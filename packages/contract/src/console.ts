import type { ErrorCode } from '@restage/errors';

/**
 * The routes of the console's session, `/console/session` with POST, GET and DELETE, and every code that each can answer with. They are
 * no procedures: only the console's own pages call them. Their handlers are held to exactly these codes.
 */
export const consoleRouteErrors = {
  'session.open': [
    'INVALID_REQUEST',
    'PAYLOAD_TOO_LARGE',
    'INVALID_API_KEY',
    'RATE_LIMIT_EXCEEDED',
    'INTERNAL_ERROR',
  ],
  'session.check': ['INVALID_API_KEY', 'INTERNAL_ERROR'],
  'session.end': ['INVALID_REQUEST', 'INTERNAL_ERROR'],
} as const satisfies Record<string, readonly ErrorCode[]>;
