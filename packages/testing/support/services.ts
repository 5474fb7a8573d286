import { connect } from '@restage/db';
import { testDatabase } from '@restage/db/testing';
import { afterAll } from 'vitest';
import { openServices, type ServiceOptions, type Services } from '../src/server/services.ts';

/** The services of a test file. */
export type TestServices = Omit<Services, 'close'>;

/** Options of {@link openTestServices}. */
export interface TestServiceOptions extends ServiceOptions {
  /** Puts a proxy before the database: gets the database's URL, and returns the URL to connect to. */
  readonly databaseUrl?: (url: string) => Promise<string>;
}

/** Opens services for the calling test file, with its own database, and closes them after its last test. */
export async function openTestServices({
  databaseUrl,
  ...options
}: TestServiceOptions = {}): Promise<TestServices> {
  const database = await testDatabase();
  const url = (await databaseUrl?.(database.url)) ?? database.url;
  const connection = url === database.url ? database : connect(url);
  const { close, ...services } = await openServices(url, connection, options);
  afterAll(async () => {
    await close();
    if (connection !== database) await connection.close();
  });
  return services;
}
