export { type Connection, type ConnectOptions, connect } from './connect.ts';
export { connectQueue, type QueueConnection } from './connect-queue.ts';
export type { Database } from './database.ts';
export type { DatabaseFailure } from './failure.ts';
export { migrate } from './migrate.ts';
export { type OpenOptions, openDatabase } from './open/open-database.ts';
export type { PoolUsage } from './pool-usage.ts';
export { queueSchema } from './queue.ts';
export {
  accounts,
  apiKeys,
  consoleSessions,
  consoleTickets,
  creditEntries,
  generationEvents,
  generations,
  rateWindows,
  requestLog,
  type StoredInput,
  type StoredInputs,
  type StoredOutputs,
  type Understood,
  uploads,
  usageHours,
  webhookAttempts,
  webhookDeliveries,
} from './schema.ts';
export { findStatementError, type StatementError } from './statement-error.ts';
