import { shareTemporaryCluster } from '@restage/db/testing/temporary';

const key = Symbol.for('restage.end-of-shared-cluster');
/** What ends it stands where both hooks find it: runners load them apart from each other. */
const place = globalThis as typeof globalThis & { [key]?: () => Promise<void> };

/** Before all: starts one PostgreSQL for all the processes of a test run, so that each need not start its own. */
export async function globalSetup(): Promise<void> {
  place[key] = await shareTemporaryCluster();
}

/** After all: ends it. */
export async function globalTeardown(): Promise<void> {
  await place[key]?.();
  delete place[key];
}

/** `globalSetup` of vitest, which calls what this gives, and of Jest. Node's `--test-global-setup` calls the two by name. */
export default async function setup(): Promise<() => Promise<void>> {
  await globalSetup();
  return globalTeardown;
}
