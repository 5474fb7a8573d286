import { fail } from '@restage/errors';

/** The failure that callers get for every unexpected error. */
export function internalError() {
  return fail(
    'INTERNAL_ERROR',
    'An unexpected error occurred. The server has logged its cause with the request id.',
  );
}
