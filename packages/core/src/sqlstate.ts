/** The SQLSTATE of an error from the database, looked for along its causes. */
function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code))
      return cause.code;
  }
  return undefined;
}

/** Whether a statement failed only because one before it had spoiled the transaction (25P02). */
export function isSpoiled(error: unknown): boolean {
  return sqlState(error) === '25P02';
}
