import type { Db } from 'pg-boss';
import postgres from 'postgres';
import { type Connection, toClientOptions } from './connect.ts';
import { PoolUsage } from './pool-usage.ts';

/** The queue's own pool, in the form that pg-boss expects. */
export interface QueueConnection {
  readonly db: Db;
  /** How busy the pool is. */
  readonly usage: PoolUsage;
  /** Closes the pool; statements in flight get five seconds to finish. */
  close(): Promise<void>;
}

/**
 * Opens a pool for pg-boss on the database of a connection, by the same route. Notifications use the connection's
 * direct client.
 */
export function connectQueue(
  { route, direct }: Connection,
  options: { readonly max: number },
): QueueConnection {
  const settings = {
    // A crash of PostgreSQL may lose the last fetches and completions of tasks, which are then delivered again. That is
    // safe: the state of jobs is committed durably, outside the queue.
    synchronous_commit: 'off',
  };
  const sql = postgres({
    ...toClientOptions(route, { ...options, name: 'restage-queue', settings }),
    types: { json },
    transform: { undefined: null },
  });
  const usage = new PoolUsage(options.max);
  return {
    usage,
    db: {
      executeSql: (text, values = []) => usage.track(executeSql(sql, text, values)),
      async listen(channel, onNotification, onReconnect) {
        const { unlisten } = await direct.listen(channel, onNotification, onReconnect);
        return { close: unlisten };
      },
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

async function executeSql(
  sql: postgres.Sql,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: unknown[] }> {
  if (values.length > 0) {
    return { rows: await sql.unsafe(text, values.map(toParameter), { prepare: true }) };
  }
  // A script has one result per statement.
  const result: unknown[] = await (transactionPattern.test(text) ? runScript(sql, text) : sql.unsafe(text));
  return { rows: result.every(Array.isArray) ? result.flat() : result };
}

/** pg-boss serializes its JSON itself. */
const json: postgres.PostgresType = {
  to: 114,
  from: [114, 3802],
  serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string) => JSON.parse(text),
};

const transactionPattern = /^\s*begin\b/i;

/** Runs a script on one connection, and leaves no failed transaction open on it. */
async function runScript(sql: postgres.Sql, text: string): Promise<unknown[]> {
  const session = await sql.reserve();
  try {
    return await session.unsafe(text);
  } catch (error) {
    // If the connection is lost, so is the transaction.
    await session.unsafe('rollback').catch(() => undefined);
    throw error;
  } finally {
    session.release();
  }
}

/** Converts a parameter as node-postgres, which pg-boss expects, does: objects become JSON. */
function toParameter(value: unknown): postgres.SerializableParameter {
  const isObject =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isObject ? JSON.stringify(value) : (value as postgres.SerializableParameter);
}
