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
  noTelemetry,
  ReadWindows,
  RequestLog,
  type Settings,
  type WorkerContext,
} from '@restage/core';
import { type Connection, connectQueue, queueSchema } from '@restage/db';
import { createCompositor, type Engine } from '@restage/engine';
import { createMedia, type MediaOptions } from '@restage/media';
import { type BlobStore, createUrlSigner, openDiskStore } from '@restage/storage';
import { PgBoss } from 'pg-boss';
import type { LogLine } from '../test-restage.ts';

/** The services of a server: database, queue, blob store, media and engine, all real. */
export interface Services {
  readonly ctx: WorkerContext;
  readonly boss: PgBoss;
  /** Milliseconds that `ctx.now()` is ahead of the real time. Assign `offset` to move the clock. */
  readonly clock: { offset: number };
  /** The log, oldest line first. */
  readonly lines: LogLine[];
  /** The folder of all files that the services write. */
  readonly directory: string;
  readonly databaseUrl: string;
  /** Creates an account with a key. Default: 1000 credits, and a live key. */
  account(options?: { credits?: number; mode?: 'live' | 'test' }): Promise<{ id: string; key: string }>;
  /** Waits for running jobs, and closes everything except the database. */
  close(): Promise<void>;
}

/** Options of {@link openServices}. */
export interface ServiceOptions {
  readonly settings?: Partial<Settings>;
  readonly media?: Partial<MediaOptions>;
  /** Default: the compositor. */
  readonly engine?: Engine;
  /** Default: a folder. */
  readonly blobs?: BlobStore;
  /** Returns the start of signed URLs, which a server knows only once it listens. */
  readonly publicUrl?: () => string;
}

/**
 * Opens the services.
 * @param url a migrated database
 * @param connection to the same database
 */
export async function openServices(
  url: string,
  connection: Connection,
  options: ServiceOptions = {},
): Promise<Services> {
  // Not the prefix of test databases: a later run removes those that have no running PostgreSQL.
  const directory = await mkdtemp(join(tmpdir(), 'restage-services-'));
  const clock = { offset: 0 };
  const now = () => Date.now() + clock.offset;
  const lines: LogLine[] = [];
  const log = createLog(lines);
  const queueConnection = connectQueue(connection, { max: 3 });
  const boss = new PgBoss({
    db: queueConnection.db,
    schema: queueSchema,
    migrate: false,
    schedule: false,
    supervise: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => log.error({ err: error }, 'queue_error'));
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
    blobs: options.blobs ?? (await openDiskStore(join(directory, 'blobs'))),
    urls: {
      // The public URL is known only once the server listens, so each use creates a signer.
      sign: (grant) => createSigner().sign(grant),
      verify: (request) => createSigner().verify(request),
    },
    media,
    engine,
    settings: {
      writeRpm: 10_000,
      readRpm: 10_000,
      concurrency: 10,
      rateWindowSeconds: limits.rateWindowSeconds,
      inputsTimeoutMs: limits.inputsTimeoutMs,
      writeTimeoutMs: limits.writeTimeoutMs,
      keepOutputsHours: 168,
      keepUploadsHours: 72,
      keepRequestsHours: 168,
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
    requests: new RequestLog(connection.db, log),
    log,
    telemetry: noTelemetry,
    now,
    random: (bytes) => webcrypto.getRandomValues(bytes),
  };
  const createSigner = () =>
    createUrlSigner({
      secret: 'test-secret',
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

function createLog(lines: LogLine[]): Log {
  const logAt = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}
