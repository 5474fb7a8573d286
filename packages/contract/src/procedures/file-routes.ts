import type { ErrorCode } from '@restage/errors';

/**
 * The routes of signed URLs, and all codes that each can fail with: the PUT of an upload, and the GET of an input or an output. They are
 * not procedures: they transfer bytes and need no API key. Their handlers must return exactly these codes.
 */
export const fileRouteErrors = {
  'uploads.put': ['INVALID_SIGNATURE', 'PAYLOAD_TOO_LARGE', 'INTERNAL_ERROR'],
  'inputs.get': ['INVALID_SIGNATURE', 'NOT_FOUND', 'INVALID_REQUEST', 'INTERNAL_ERROR'],
  'outputs.get': ['INVALID_SIGNATURE', 'NOT_FOUND', 'INVALID_REQUEST', 'INTERNAL_ERROR'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The names of these routes. */
export type FileRouteName = keyof typeof fileRouteErrors;
