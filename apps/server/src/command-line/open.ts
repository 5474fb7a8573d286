import { webcrypto } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { OperatorContext, Queue } from '@restage/core';
import { connect } from '@restage/db';
import { findEmbedded } from '@restage/db/embedded';
import { isFailure } from '@restage/errors';
import { createMedia } from '@restage/media';
import type { Logger } from 'pino';
import type { BundlePaths } from '../paths.ts';
import { openBlobStore } from '../services/blobs.ts';
import { openDatabase } from '../services/database.ts';
import { ShutdownStack } from '../services/shutdown-stack.ts';
import type { ServerSettings } from '../settings/settings.ts';
import type { StartupFailure } from '../startup/failure.ts';

/** What a command acts on, for as long as it runs. */
export interface OpenOperator {
  readonly ctx: OperatorContext;
  close(): Promise<void>;
}

/**
 * Opens the operator's context on `DATABASE_URL` or on the embedded database, which a running server shares and which is
 * otherwise started for the length of the command.
 */
export async function openOperator(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
): Promise<OpenOperator | StartupFailure> {
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const database =
    (await connectToRunning(settings, directory)) ?? (await openDatabase(settings, directory, log, bundle));
  if (isFailure(database)) {
    // A server may have started the database in the meantime.
    const shared = await connectToRunning(settings, directory);
    return shared ? createOperator(shared, settings, directory, log) : database;
  }
  return createOperator(database, settings, directory, log);
}

type Opened = Pick<ReturnType<typeof connect>, 'db' | 'close'>;

/** A connection to the embedded database of a running server. Runs no migrations. */
async function connectToRunning(settings: ServerSettings, directory: string): Promise<Opened | undefined> {
  if (settings.DATABASE_URL !== undefined) return undefined;
  const running = await findEmbedded(join(directory, 'postgres'));
  return running && connect(running.url, { name: 'restage-operator' });
}

/**
 * A queue for commands. A running server finds what a command records as due within seconds, so no pg-boss is started
 * for a single entry.
 */
const recordOnlyQueue: Queue = {
  enqueueRenderSql() {
    throw new Error('commands start no jobs');
  },
  wakeWorkers() {},
  async enqueueWebhooks() {},
  async releaseRender() {},
  async withdrawRender() {},
};

async function createOperator(
  database: Opened,
  settings: ServerSettings,
  directory: string,
  log: Logger,
): Promise<OpenOperator> {
  const releases = new ShutdownStack(log);
  releases.add('database', () => database.close());
  try {
    const media = await createMedia({
      temporaryDirectory: await mkdtemp(join(tmpdir(), 'restage-operator-')),
      allowPrivateNetwork: settings.RESTAGE_ALLOW_PRIVATE_NETWORK,
      workers: 1,
      log,
    });
    releases.add('media', () => media.close());
    const blobs = await openBlobStore(settings, directory);
    const random = (bytes: Uint8Array) => webcrypto.getRandomValues(bytes);
    const ctx = { db: database.db, blobs, media, queue: recordOnlyQueue, now: Date.now, random };
    return { ctx, close: () => releases.run() };
  } catch (error) {
    await releases.run();
    throw error;
  }
}
