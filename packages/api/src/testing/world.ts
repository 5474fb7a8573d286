import { webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPrices, limits } from '@restage/contract';
import {
  createAccount,
  createKey,
  createPgBossQueue,
  createQueues,
  defaultWebhookSettings,
  JobNotifications,
  type Log,
  ReadWindows,
  type Settings,
  type WorkerContext,
} from '@restage/core';
import { type Connection, connectQueue, queueSchema } from '@restage/db';
import { createCompositor, type Engine } from '@restage/engine';
import { createMedia, type MediaOptions } from '@restage/media';
import { createUrlSigner, openDiskStore } from '@restage/storage';
import { PgBoss } from 'pg-boss';
import type { LogLine } from './log-line.ts';

/** A whole world of its own: database, queue, blobs, media and engine, all real. */
export interface World {
  /** Its clock can be moved by assigning `clock.offset`, in milliseconds. */
  readonly ctx: WorkerContext;
  readonly boss: PgBoss;
  readonly clock: { offset: number };
  readonly lines: LogLine[];
  /** Everything on disk is below. */
  readonly directory: string;
  readonly databaseUrl: string;
  /** Makes an account with credits and a key. */
  account(made?: { credits?: number; mode?: 'live' | 'test' }): Promise<{ id: string; key: string }>;
  /** Ends the work in hand, and everything but the database. */
  close(): Promise<void>;
}

/** What a test may set otherwise. */
export interface WorldOptions {
  readonly settings?: Partial<Settings>;
  readonly media?: Partial<MediaOptions>;
  /** Renders instead of the compositor. */
  readonly engine?: Engine;
  /** Where signed URLs point; a test that listens sets it once it knows its port. */
  readonly publicUrl?: () => string;
}

/** Builds a world on a migrated database, to which `connection` leads too. */
export async function openWorld(
  url: string,
  connection: Connection,
  options: WorldOptions = {},
): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'restage-world-'));
  const clock = { offset: 0 };
  const now = () => Date.now() + clock.offset;
  const lines: LogLine[] = [];
  const log = recorder(lines);
  const queueConnection = connectQueue(connection, { max: 3 });
  const boss = new PgBoss({
    db: queueConnection.db,
    schema: queueSchema,
    migrate: false,
    schedule: false,
    supervise: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => log.error({ err: error }, 'the queue met a fault'));
  await boss.start();
  await createQueues(boss);
  const media = await createMedia({
    temporaryDirectory: join(directory, 'probe'),
    allowPrivateNetwork: false,
    workers: 1,
    log,
    ...options.media,
  });
  const engine = options.engine ?? createCompositor({ workers: 1 });
  const ctx: WorkerContext = {
    db: connection.db,
    queue: createPgBossQueue(boss),
    changes: await JobNotifications.open(connection.sql),
    blobs: await openDiskStore(join(directory, 'blobs')),
    urls: {
      // The address is known only once the test listens, so the signer is made for each use.
      sign: (grant) => signer().sign(grant),
      verify: (request) => signer().verify(request),
    },
    media,
    engine,
    settings: {
      writeRpm: 10_000,
      readRpm: 10_000,
      concurrency: 10,
      rateWindowSeconds: limits.rateWindowSeconds,
      keepOutputsHours: 168,
      keepUploadsHours: 72,
      prices: defaultPrices,
      creditUsd: 0.01,
      maxUploadBytes: limits.uploadBytes,
      allowPrivateNetwork: false,
      workDirectory: join(directory, 'work'),
      webhooks: defaultWebhookSettings,
      ...options.settings,
    },
    keyCache: new Map(),
    reads: new ReadWindows(limits.rateWindowSeconds),
    log,
    now,
    random: (bytes) => webcrypto.getRandomValues(bytes),
  };
  const signer = () =>
    createUrlSigner({
      secret: 'a secret of tests',
      publicUrl: options.publicUrl?.() ?? 'http://restage.test',
      clock: now,
    });
  return {
    ctx,
    boss,
    clock,
    lines,
    directory,
    databaseUrl: url,
    async account({ credits = 1000, mode = 'live' } = {}) {
      const { id } = await createAccount(ctx, { email: 'someone@example.com', credits });
      const { key } = await createKey(ctx, id, { name: 'test', mode });
      return { id, key };
    },
    async close() {
      await boss.stop({ graceful: true, timeout: 10_000 });
      await queueConnection.close();
      await engine.close();
      await media.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function recorder(lines: LogLine[]): Log {
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
