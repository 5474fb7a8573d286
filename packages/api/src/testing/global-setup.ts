import { shareTemporaryCluster } from '@restage/db/testing/temporary';

let end: (() => Promise<void>) | undefined;

/**
 * Starts one PostgreSQL for all the processes of a test run, so that each need not start its own: `globalSetup` of vitest and
 * jest, and `--test-global-setup` of Node.
 */
export async function globalSetup(): Promise<() => Promise<void>> {
  end = await shareTemporaryCluster();
  return globalTeardown;
}

/** Ends it. */
export async function globalTeardown(): Promise<void> {
  await end?.();
  end = undefined;
}

export default globalSetup;
