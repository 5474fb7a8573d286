import { shareTemporaryCluster } from '@restage/db/testing/temporary';

const key = Symbol.for('restage.stop-shared-cluster');
/** Test runners load the setup and the teardown separately, so the function that stops the cluster is global. */
const shared = globalThis as typeof globalThis & { [key]?: () => Promise<void> };

/** Starts one PostgreSQL that all processes of a test run share. */
export async function globalSetup(): Promise<void> {
  shared[key] = await shareTemporaryCluster();
}

/** Stops the shared PostgreSQL. */
export async function globalTeardown(): Promise<void> {
  await shared[key]?.();
  delete shared[key];
}

/**
 * `globalSetup` of Jest and of Vitest, which calls the returned function after the run. Node's `--test-global-setup` calls
 * the two named exports.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await globalSetup();
  return globalTeardown;
}
