// Each has a digit, which tells them from such as EPIPE.
const sqlStateForm = /^(?=.*\d)[0-9A-Z]{5}$/;

/** The SQLSTATE of an error from the database, looked for along its causes. */
function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && sqlStateForm.test(cause.code)) return cause.code;
  }
  return undefined;
}

/** Whether a statement failed only because one before it had spoiled the transaction (25P02). */
export function isInFailedTransaction(error: unknown): boolean {
  return sqlState(error) === '25P02';
}

/** Whether the database itself refused a statement, which then has done nothing; not so when a connection is lost. */
export function isDatabaseError(error: unknown): boolean {
  return sqlState(error) !== undefined;
}
