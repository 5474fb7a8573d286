import { generations } from '@restage/db';
import { testDatabase } from '@restage/db/testing';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { describeError } from '../../src/settings/logger.ts';

const { db, sql } = await testDatabase();

test('a failed query is logged with its statement and cause, without its parameters', async () => {
  await sql`alter table generations rename to elsewhere`;
  const error = await db
    .select()
    .from(generations)
    .where(eq(generations.prompt, 'a secret prompt'))
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  const logged = describeError(error);
  expect(logged.message).toContain('select');
  expect(logged.cause).toMatchObject({ code: '42P01', message: 'relation "generations" does not exist' });
  expect(JSON.stringify(logged)).not.toContain('a secret prompt');
});

test('any thrown value can be logged', () => {
  expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
  expect(describeError(new TypeError('wrong', { cause: new Error('deeper') }))).toMatchObject({
    type: 'TypeError',
    message: 'wrong',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { type: 'Error', message: 'deeper' },
  });
});

test('a plain copy of an error, as pg-boss passes on, is logged as the error', () => {
  const error = new Error('Failed query: select 1\nparams: a secret prompt');
  // As pg-boss changes the errors of its workers.
  error.message = `${error.message} (Queue: render, Worker: w1)`;
  const copy = { ...error, code: 'ECONNRESET', message: error.message, stack: error.stack, queue: 'render' };
  const logged = describeError(copy);
  expect(logged).toMatchObject({ type: 'Error', message: 'Failed query: select 1', code: 'ECONNRESET' });
  expect(logged.stack).toMatch(/^Error: Failed query: select 1\n {4}at .*logger\.test\.ts/);
  expect(JSON.stringify(logged)).not.toContain('a secret prompt');
});
