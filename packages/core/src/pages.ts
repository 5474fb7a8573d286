import { fail } from '@restage/errors';

/** Whether a page token is the number of a row, as the pages of append-only tables use. */
export function isSequence(token: string): boolean {
  return /^[1-9]\d{0,14}$/.test(token);
}

/** The answer to a page token that no page gave. */
export function invalidPageToken() {
  return fail('INVALID_REQUEST', 'page_token must be the next_page_token of an earlier page.', {
    param: 'page_token',
  });
}
