import { createCompositor } from '@restage/engine';
import { openTestRestage, type TestRestage, type TestRestageOptions } from './restage.ts';

export type { LogLine } from './log-line.ts';
export { refusalOf } from './refusal.ts';
export type {
  CallerOptions,
  TestAccount,
  TestCaller,
  TestRestage,
  TestRestageOptions,
  TestSettings,
} from './restage.ts';

/**
 * A whole Restage in this process, for tests of code that calls one: `await using restage = await testRestage()`. Router,
 * checks, database, queue, files and webhooks are the real ones; only the engine is one that ends at once, unless told
 * otherwise. Needs no test runner. The first of a process takes some seconds, for it
 * starts a PostgreSQL; each further one a quarter of a second.
 * @throws where the embedded PostgreSQL can't run
 */
export function testRestage(options: TestRestageOptions = {}): Promise<TestRestage> {
  return openTestRestage(options, { compositor: () => createCompositor({ workers: 1 }) });
}
