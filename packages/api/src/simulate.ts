import type { AccountContext } from '@restage/core';
import { type CatalogEntry, catalog, type Failure, fail, isErrorCode } from '@restage/errors';

/**
 * The failure that a test-mode caller asks for with `x-restage-simulate`: any code of the catalog, also one that the
 * procedure does not declare, so that a client's handling of unexpected codes can be tested.
 */
export function simulateFailure({ account, simulate }: AccountContext): Failure | undefined {
  if (account.mode !== 'test' || !isErrorCode(simulate)) return undefined;
  const message = `Simulated, as x-restage-simulate asked: ${catalog[simulate].meaning}`;
  const all = { retryAfter: 1, limit: { name: 'simulated', quota: 1 }, allow: ['GET'] } as const;
  const { details = [] }: CatalogEntry = catalog[simulate];
  return fail(simulate, message, Object.fromEntries(details.map((name) => [name, all[name]])) as typeof all);
}
