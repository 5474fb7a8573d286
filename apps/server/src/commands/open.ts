import { webcrypto } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { OperatorContext, Queue } from '@restage/core';
import { connect } from '@restage/db';
import { findEmbedded } from '@restage/db/embedded';
import { isFailure } from '@restage/errors';
import { createMedia } from '@restage/media';
import { openDiskStore } from '@restage/storage';
import type { Logger } from 'pino';
import { openDatabase } from '../database.ts';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings.ts';
import { ShutdownStack } from '../shutdown-stack.ts';
import type { StartupFailure } from '../startup-failure.ts';

/** What a command acts on, for as long as it runs. */
export interface OpenOperator {
  readonly ctx: OperatorContext;
  close(): Promise<void>;
}

/**
 * Opens the operator's world: on `DATABASE_URL`, or on the embedded database, beside the server that runs it, or
 * started for the length of the command.
 */
export async function openOperator(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
): Promise<OpenOperator | StartupFailure> {
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const database =
    (await besideServer(settings, directory)) ?? (await openDatabase(settings, directory, log, bundle));
  if (isFailure(database)) {
    // A server may have taken the database since we looked for it.
    const beside = await besideServer(settings, directory);
    return beside ? operate(beside, settings, directory, log) : database;
  }
  return operate(database, settings, directory, log);
}

type Opened = Pick<ReturnType<typeof connect>, 'db' | 'close'>;

/** A connection to the embedded database of a server that runs. What it has migrated is left as it is. */
async function besideServer(settings: ServerSettings, directory: string): Promise<Opened | undefined> {
  if (settings.DATABASE_URL !== undefined) return undefined;
  const running = await findEmbedded(join(directory, 'postgres'));
  return running && connect(running.url, { name: 'restage-operator' });
}

/**
 * The queue as a command sees it: what it records as due is found by the sweep of a server that works, within
 * seconds; a pg-boss of its own would be started for a single entry.
 */
const sweptQueue: Queue = {
  async enqueueRender() {
    throw new Error('commands start no jobs');
  },
  wakeWorkers() {},
  async enqueueWebhooks() {},
  async releaseRender() {},
  async withdrawRender() {},
};

async function operate(
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
    const blobs = await openDiskStore(join(directory, 'blobs'));
    const random = (bytes: Uint8Array) => webcrypto.getRandomValues(bytes);
    const ctx = { db: database.db, blobs, media, queue: sweptQueue, now: Date.now, random };
    return { ctx, close: () => releases.run() };
  } catch (error) {
    await releases.run();
    throw error;
  }
}
