import type { Db } from 'pg-boss';
import postgres from 'postgres';
import { type Connection, toClientOptions } from './connect.ts';

/** The queue's own pool, in the form that pg-boss takes. */
export interface QueueConnection {
  readonly db: Db;
  /** Closes the pool; statements in flight have five seconds to end. */
  close(): Promise<void>;
}

/**
 * Opens a pool for pg-boss on the database of a connection, which it reaches in the same way. Notifications come over
 * the connection's direct client.
 */
export function connectQueue(
  { route, direct }: Connection,
  options: { readonly max: number },
): QueueConnection {
  const settings = {
    // A crash of PostgreSQL may take back the last moments of what goes through here: that a task was fetched or is
    // done. It then comes again, which is as well: what is promised of a job is committed durably, and by the verbs.
    synchronous_commit: 'off',
  };
  const sql = postgres({
    ...toClientOptions(route, { ...options, name: 'restage-queue', settings }),
    types: { json },
    transform: { undefined: null },
  });
  return {
    db: {
      async executeSql(text, values = []) {
        if (values.length > 0) {
          return { rows: await sql.unsafe(text, values.map(toParameter), { prepare: true }) };
        }
        // Scripts may have a result for each statement.
        const result: unknown[] = await (startsTransaction.test(text)
          ? runScript(sql, text)
          : sql.unsafe(text));
        return { rows: result.every(Array.isArray) ? result.flat() : result };
      },
      async listen(channel, onNotification, onReconnect) {
        const { unlisten } = await direct.listen(channel, onNotification, onReconnect);
        return { close: unlisten };
      },
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

/** pg-boss writes its JSON itself. */
const json: postgres.PostgresType = {
  to: 114,
  from: [114, 3802],
  serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string) => JSON.parse(text),
};

const startsTransaction = /^\s*begin\b/i;

/** Runs a script on one connection, and leaves no failed transaction open on it. */
async function runScript(sql: postgres.Sql, text: string): Promise<unknown[]> {
  const session = await sql.reserve();
  try {
    return await session.unsafe(text);
  } catch (error) {
    // Where the connection is lost, so is the transaction.
    await session.unsafe('rollback').catch(() => undefined);
    throw error;
  } finally {
    session.release();
  }
}

/** A value as pg-boss knows it from node-postgres, which writes objects as JSON. */
function toParameter(value: unknown): postgres.SerializableParameter {
  const isObject =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isObject ? JSON.stringify(value) : (value as postgres.SerializableParameter);
}
