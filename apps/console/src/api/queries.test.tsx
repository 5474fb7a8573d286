import { type Call, RestageError, type RestageErrorCode, type RestageErrorOf } from '@restage/sdk';
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { StatusBadge } from '../ui/badge.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { queries, sessionKey, useCall, usePages } from './queries.ts';

afterEach(() => {
  cleanup();
  queries.clear();
});

const show = (content: ReactNode) =>
  render(<QueryClientProvider client={queries}>{content}</QueryClientProvider>);

/** A call that fails as one with this code does. */
function fail<Code extends RestageErrorCode>(code: Code): Call<never, Code> {
  const error = new RestageError<RestageErrorCode>(code, `${code} in words`, {
    retryable: false,
    requestId: 'req_1',
  } as never);
  return Promise.reject(error) as Call<never, Code>;
}

function SignedOut() {
  const { error } = useCall(['probe'], () => fail('INVALID_API_KEY'));
  return error ? <ErrorPanel error={error} /> : null;
}

test('a call that fails with INVALID_API_KEY signs out', async () => {
  queries.setQueryData(sessionKey, { mode: 'live' });
  show(<SignedOut />);
  await screen.findByText('INVALID_API_KEY in words');
  expect(queries.getQueryData(sessionKey)).toBeNull();
});

function Failed() {
  const { error } = useCall(['probe'], () => fail('INTERNAL_ERROR'));
  return error ? <ErrorPanel error={error satisfies RestageErrorOf<'INTERNAL_ERROR'>} /> : null;
}

test('an error shows its code, its resolution, the id of its request, and the link to its docs', async () => {
  show(<Failed />);
  await screen.findByText('INTERNAL_ERROR in words');
  for (const text of ['INTERNAL_ERROR', 'req_1', /Retry with the same idempotency key/])
    screen.getByText(text);
  expect(screen.getByRole('link').getAttribute('href')).toBe('/errors#INTERNAL_ERROR');
});

const pages = [
  { statuses: ['completed'], next_page_token: 'more' },
  { statuses: ['failed'], next_page_token: null },
] as const;

function List() {
  const list = usePages(
    ['list'],
    (token) => Promise.resolve(pages[token ? 1 : 0]) as Call<(typeof pages)[number], never>,
  );
  const statuses = list.data?.pages.flatMap((page) => page.statuses) ?? [];
  return (
    <>
      {statuses.map((status) => (
        <StatusBadge key={status} status={status} />
      ))}
      {list.hasNextPage && (
        <button type="button" onClick={() => list.fetchNextPage()}>
          More
        </button>
      )}
    </>
  );
}

test('a list is fetched page by page until its last', async () => {
  show(<List />);
  (await screen.findByText('More')).click();
  await screen.findByText('Failed');
  screen.getByText('Completed');
  expect(screen.queryByText('More')).toBeNull();
});
