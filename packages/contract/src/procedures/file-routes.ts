import type { ErrorCode } from '@restage/errors';

/**
 * The routes that signed URLs open, the PUT of an upload and the GET of an output, and every code that each can answer with.
 * They are no procedures: they take or give bytes, and ask for no key. Their handlers are held to exactly these codes.
 */
export const fileRouteErrors = {
  'uploads.put': ['INVALID_SIGNATURE', 'PAYLOAD_TOO_LARGE', 'INTERNAL_ERROR'],
  'outputs.get': ['INVALID_SIGNATURE', 'NOT_FOUND', 'INVALID_REQUEST', 'INTERNAL_ERROR'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The names of these routes. */
export type FileRouteName = keyof typeof fileRouteErrors;
