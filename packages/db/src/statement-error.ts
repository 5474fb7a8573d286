import postgres from 'postgres';

export type StatementError = postgres.PostgresError;

/**
 * The error with which PostgreSQL rejected a statement, which then has changed nothing; found among the causes of what
 * was thrown. Undefined for a connection that was lost or ended, as the statement may have been committed.
 */
export function findStatementError(thrown: unknown): StatementError | undefined {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof postgres.PostgresError) return cause.severity === 'ERROR' ? cause : undefined;
  }
  return undefined;
}
