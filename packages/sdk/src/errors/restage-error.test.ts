import { expect, test } from 'vitest';
import { RestageError } from './restage-error.ts';

test('RestageError.isInstance accepts the errors of another copy of the package', async () => {
  const copy: typeof import('./restage-error.ts') = await import(`${'./restage-error.ts'}?copy`);
  expect(copy.RestageError).not.toBe(RestageError);
  const error = new copy.RestageError('ABORTED', '', { retryable: false });
  expect(error instanceof RestageError).toBe(false);
  expect(RestageError.isInstance(error)).toBe(true);
  expect(RestageError.isInstance(new Error())).toBe(false);
});
