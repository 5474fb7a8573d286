import type { AccountContext } from '../../context.ts';

/** The last start in line of each account, in this process. */
export type StartLines = Map<string, Promise<unknown>>;

/**
 * Commits the starts of an account one at a time in this process. They would wait for one another in the database
 * anyway, each with a connection that other accounts need, and with more work for every one that waits.
 */
export async function commitInTurn<Outcome>(
  { account, startLines }: AccountContext,
  commit: () => Promise<Outcome>,
): Promise<Outcome> {
  const previous = startLines.get(account.id);
  const outcome = previous ? previous.then(commit, commit) : commit();
  startLines.set(account.id, outcome);
  try {
    return await outcome;
  } finally {
    if (startLines.get(account.id) === outcome) startLines.delete(account.id);
  }
}
