import { fail } from '@restage/errors';

/** The one sentence that callers get for whatever was not expected. */
export function internalError() {
  return fail('INTERNAL_ERROR', 'Something unexpected went wrong. Its cause is logged under the request id.');
}
