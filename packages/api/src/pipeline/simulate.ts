import type { AccountContext } from '@restage/core';
import { type CatalogEntry, catalog, type Failure, fail, isErrorCode } from '@restage/errors';

/**
 * Creates the failure that a test-mode caller requests with `x-restage-simulate`: any code of the catalog, even one that the
 * procedure does not declare, so that clients can test how they handle unknown codes.
 */
export function simulateFailure({ account, simulate }: AccountContext): Failure | undefined {
  if (account.mode !== 'test' || !isErrorCode(simulate)) return undefined;
  const message = `Simulated by x-restage-simulate: ${catalog[simulate].meaning}`;
  const allDetails = { retryAfter: 1, limit: { name: 'simulated', quota: 1 }, allow: ['GET'] } as const;
  const { details = [] }: CatalogEntry = catalog[simulate];
  return fail(
    simulate,
    message,
    Object.fromEntries(details.map((name) => [name, allDetails[name]])) as typeof allDetails,
  );
}
