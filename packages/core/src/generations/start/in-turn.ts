import type { AccountContext } from '../../context.ts';

/** The last start in line of each account, in this process. */
export type StartLines = Map<string, Promise<unknown>>;

/** The longest wait in line. Behind a connection that hangs, starts go on side by side. */
const maxWaitMs = 1000;

/**
 * Commits the starts of an account one at a time in this process. They would wait for one another in the database
 * anyway, each with a connection that other accounts need, and with more work for every one that waits.
 */
export async function commitInTurn<Outcome>(
  { account, startLines }: AccountContext,
  commit: () => Promise<Outcome>,
): Promise<Outcome> {
  const previous = startLines.get(account.id);
  const outcome = previous ? waitFor(previous).then(commit) : commit();
  startLines.set(account.id, outcome);
  try {
    return await outcome;
  } finally {
    if (startLines.get(account.id) === outcome) startLines.delete(account.id);
  }
}

/** Waits until a promise settles, but no longer than `maxWaitMs`. */
function waitFor(promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, maxWaitMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(end, end);
  });
}
