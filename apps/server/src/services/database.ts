import { join } from 'node:path';
import { type Connection, openDatabase as connectDatabase } from '@restage/db';
import { startEmbedded } from '@restage/db/embedded';
import { isFailure } from '@restage/errors';
import type { Logger } from 'pino';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings/settings.ts';
import type { StartupFailure } from '../startup/failure.ts';

/** Opens the database of `DATABASE_URL`, or starts the embedded one; closing the connection stops that again. */
export async function openDatabase(
  settings: ServerSettings,
  directory: string,
  log: Logger,
  bundle: BundlePaths,
): Promise<Connection | StartupFailure> {
  const server = await resolveDatabaseServer(settings.DATABASE_URL, directory, log);
  if (isFailure(server)) return server;
  try {
    const connection = await connectDatabase(server.url, {
      directUrl: settings.DATABASE_DIRECT_URL,
      migrations: bundle.migrations,
    });
    if (isFailure(connection)) {
      await server.stop();
      return connection;
    }
    return {
      ...connection,
      async close() {
        await connection.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A PostgreSQL that runs; stopping it does nothing if it is the operator's. */
interface DatabaseServer {
  readonly url: string;
  stop(): Promise<void>;
}

async function resolveDatabaseServer(
  url: string | undefined,
  directory: string,
  log: Logger,
): Promise<DatabaseServer | StartupFailure> {
  if (url !== undefined) return { url, stop: async () => {} };
  return startEmbedded({
    directory: join(directory, 'postgres'),
    log: (line) => log.info({ detail: line }, 'embedded_postgres'),
  });
}
