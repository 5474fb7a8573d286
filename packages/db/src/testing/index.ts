import { randomBytes } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { type Connection, connect } from '../connect.ts';
import type {} from './global-setup.ts';

/** A database of one test file. */
export interface TestDatabase extends Connection {
  /** For code that opens a connection of its own, such as the queue. */
  readonly url: string;
}

/**
 * Gives the calling test file a migrated, empty database of its own, and drops it after the file's last test.
 * Call it at the top of the file: `const { db, url } = await testDatabase();`. The project needs this package's
 * global setup (`src/testing/global-setup.ts`).
 */
export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('restageTemplateUrl'));
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = Object.assign(new URL(template), { pathname: name }).href;
  const admin = connect(Object.assign(new URL(template), { pathname: 'postgres' }).href, { max: 1 });
  // Copying files beats writing them through the log, where nothing is synced: 25 ms against 43 here.
  await admin.sql`create database ${admin.sql(name)} template ${admin.sql(template.pathname.slice(1))} strategy file_copy`;
  const connection = connect(url, { name: 'restage-test' });
  afterAll(async () => {
    await connection.close();
    await admin.sql`drop database ${admin.sql(name)} with (force)`;
    await admin.close();
  });
  return { ...connection, url };
}
