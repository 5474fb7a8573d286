import type { Context } from '@restage/core';
import { type Connection, connect } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openDatabase } from '../../../../apps/server/src/services/database.ts';
import { createContext, createServices } from '../../../../apps/server/src/services/services.ts';
import { ShutdownStack } from '../../../../apps/server/src/services/shutdown-stack.ts';
import { createLogger } from '../../../../apps/server/src/settings/logger.ts';
import { readSettings } from '../../../../apps/server/src/settings/settings.ts';
import type { Backends } from './backends.ts';

/** Lends what the product's functions act on, opened in this process, and a connection to the database. */
export async function withContext<Result>(
  { postgres, getPorts, getEnvironment }: Backends,
  use: (ctx: Context, sql: Connection['sql']) => Promise<Result>,
): Promise<Result> {
  const ports = Object.entries(getPorts).map(([name, getPort]) => [name, getPort()]);
  const settings = readSettings(getEnvironment('operator', Object.fromEntries(ports)));
  if (isFailure(settings)) throw new Error(settings.message);
  const directory = settings.RESTAGE_DATA_DIR;
  const log = createLogger('error');
  const shutdown = new ShutdownStack(log);
  try {
    const database = await openDatabase(settings, directory, log, {});
    if (isFailure(database)) throw new Error(database.message);
    shutdown.add('database', database.close);
    const services = await createServices({ settings, directory, database, log, bundle: {}, shutdown });
    const { sql, close } = connect(postgres.url(), { name: 'chaos', max: 4 });
    shutdown.add('connection of the test', close);
    return await use(createContext(services, 'http://127.0.0.1'), sql);
  } finally {
    await shutdown.run();
  }
}
