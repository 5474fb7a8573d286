import { afterAll, inject } from 'vitest';
import { type Connection, connect } from '../../src/connect.ts';
import { cloneDatabase } from './clone.ts';
import type {} from './global-setup.ts';

export { freePort } from '../../src/embedded/process/free-port.ts';
export { type PgBouncer, startPgBouncer } from './pgbouncer.ts';

/** A database of one test file. */
export interface TestDatabase extends Connection {
  /** For code that opens its own connection, such as the queue. */
  readonly url: string;
}

/**
 * Creates a migrated, empty database for the calling test file, and drops it after the file's last test. Call it at the
 * top of the file: `const { db, url } = await testDatabase();`. The project needs the global setup beside this file.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const clone = await cloneDatabase(inject('restageTemplateUrl'));
  const connection = connect(clone.url, { name: 'restage-test' });
  afterAll(async () => {
    await connection.close();
    await clone.drop();
  });
  return { ...connection, url: clone.url };
}
