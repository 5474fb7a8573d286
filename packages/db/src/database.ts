import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';

/** A database or a transaction: verbs accept either. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;
