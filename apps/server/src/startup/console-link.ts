import { createTicket, type OperatorContext } from '@restage/core';
import { isFailure } from '@restage/errors';

/**
 * Creates a link that signs in to the console once, as an account. The ticket stands in the fragment, which browsers keep
 * to themselves, so that no log sees it. NOT_FOUND if the account can't have one.
 */
export async function createConsoleLink(
  ctx: Pick<OperatorContext, 'db' | 'now' | 'random'>,
  publicUrl: string,
  accountId: string,
) {
  const ticket = await createTicket(ctx, accountId);
  if (isFailure(ticket)) return ticket;
  return { link: `${publicUrl}/console#ticket=${ticket.ticket}`, expiresAt: ticket.expiresAt };
}
