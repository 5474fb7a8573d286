export type { DatabaseFault } from './check.ts';
export { type Connection, type ConnectOptions, connect } from './connect.ts';
export type { Database } from './database.ts';
export { migrate } from './migrate.ts';
export { openDatabase } from './open.ts';
export { queueSchema } from './queue.ts';
export {
  accounts,
  apiKeys,
  creditEntries,
  generationEvents,
  generations,
  rateWindows,
  type StoredInput,
  type StoredInputs,
  type StoredOutputs,
  uploads,
  webhookAttempts,
  webhookDeliveries,
} from './schema.ts';
