import { webcrypto } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { OperatorContext } from '@restage/core';
import { connect } from '@restage/db';
import { findEmbedded } from '@restage/db/embedded';
import { openDiskStore } from '@restage/storage';
import type { Logger } from 'pino';
import { openDatabase } from '../database.ts';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings.ts';

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
): Promise<OpenOperator | { readonly fault: string }> {
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const database =
    (await besideServer(settings, directory)) ?? (await openDatabase(settings, directory, log, bundle));
  if ('fault' in database) {
    // A server may have taken the database since we looked for it.
    const beside = await besideServer(settings, directory);
    return beside ? operate(beside, directory) : database;
  }
  return operate(database, directory);
}

type Opened = Pick<ReturnType<typeof connect>, 'db' | 'close'>;

/** A connection to the embedded database of a server that runs. What it has migrated is left as it is. */
async function besideServer(settings: ServerSettings, directory: string): Promise<Opened | undefined> {
  if (settings.DATABASE_URL !== undefined) return undefined;
  const running = await findEmbedded(join(directory, 'postgres'));
  return running && connect(running.url, { name: 'restage-operator' });
}

async function operate(database: Opened, directory: string): Promise<OpenOperator> {
  try {
    const blobs = await openDiskStore(join(directory, 'blobs'));
    const random = (bytes: Uint8Array) => webcrypto.getRandomValues(bytes);
    return { ctx: { db: database.db, blobs, now: Date.now, random }, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}
