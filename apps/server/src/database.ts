import { join } from 'node:path';
import { type Connection, openDatabase as connectDatabase, type DatabaseFailure } from '@restage/db';
import type { EmbeddedFailure } from '@restage/db/embedded';
import { isFailure } from '@restage/errors';
import type { Logger } from 'pino';
import type { BundlePaths } from './paths.ts';
import type { ServerSettings } from './settings.ts';

/** Why a database can't be used, as one line for the operator. */
export type OpenDatabaseFailure = DatabaseFailure | EmbeddedFailure;

/** Opens the operator's PostgreSQL, or starts the embedded one; closing it stops that again. */
export async function openDatabase(
  settings: ServerSettings,
  directory: string,
  log: Logger,
  bundle: BundlePaths,
): Promise<Connection | OpenDatabaseFailure> {
  const found = await findDatabase(settings.DATABASE_URL, directory, log);
  if (isFailure(found)) return found;
  try {
    const connection = await connectDatabase(found.url, {
      directUrl: settings.DATABASE_DIRECT_URL,
      migrations: bundle.migrations,
    });
    if (isFailure(connection)) {
      await found.stop();
      return connection;
    }
    return {
      ...connection,
      async close() {
        await connection.close();
        await found.stop();
      },
    };
  } catch (error) {
    await found.stop();
    throw error;
  }
}

type Found = { readonly url: string; stop(): Promise<void> };

async function findDatabase(
  url: string | undefined,
  directory: string,
  log: Logger,
): Promise<Found | EmbeddedFailure> {
  if (url !== undefined) return { url, stop: async () => {} };
  const { startEmbedded } = await import('@restage/db/embedded');
  return startEmbedded({
    directory: join(directory, 'postgres'),
    log: (line) => log.info({}, line),
  });
}
