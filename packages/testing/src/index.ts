import { createCompositor } from '@restage/engine';
import { openTestRestage } from './open.ts';
import type { TestRestage, TestRestageOptions } from './test-restage.ts';

export { expectFailure } from './expect-failure.ts';
export type {
  CallerOptions,
  LogLine,
  TestAccount,
  TestCaller,
  TestRestage,
  TestRestageOptions,
  TestSettings,
} from './test-restage.ts';

/**
 * Opens a whole Restage in this process, to test code that calls one: `await using restage = await testRestage()`. Router,
 * validation, database, queue, files and webhooks are real. Only the engine is a fake that completes jobs at once, unless
 * `engine` says otherwise. Works in any test runner. The first call in a process starts PostgreSQL, which takes seconds;
 * each further call takes about 0.25 s.
 * @throws if the embedded PostgreSQL can't run
 */
export function testRestage(options: TestRestageOptions = {}): Promise<TestRestage> {
  return openTestRestage(options, { compositor: () => createCompositor({ workers: 1 }) });
}
