import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { defaultPrices, limits } from '@restage/contract';
import {
  type Context,
  defaultWebhookSettings,
  JobNotifications,
  ReadWindows,
  RequestLog,
} from '@restage/core';
import type { Connection } from '@restage/db';
import { createMedia, type Media } from '@restage/media';
import { createUrlSigner } from '@restage/storage';
import type { Logger } from 'pino';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { createSources } from '../telemetry/sources.ts';
import { type TelemetryService, telemetryOff } from '../telemetry/telemetry.ts';
import { openBlobStore } from './blobs.ts';
import { type QueueService, startQueue } from './queue.ts';
import { loadOrCreateSecret } from './secret.ts';
import type { ShutdownStack } from './shutdown-stack.ts';

/** How long requests, renders and webhook attempts in flight may go on after a stop; a render returns to the queue. */
export const drainTimeoutMs = 10_000;

/** Everything that verbs act on, started: a {@link Context} without the URL signer, which needs the server's URL. */
export interface Services {
  readonly core: Omit<Context, 'urls'>;
  readonly queue: QueueService;
  /** Signs URLs. */
  readonly secret: string;
}

interface ServiceOptions {
  readonly settings: ServerSettings;
  /** The data directory. */
  readonly directory: string;
  readonly database: Connection;
  readonly log: Logger;
  /** Default: nothing is recorded. */
  readonly telemetry?: TelemetryService;
  readonly bundle: BundlePaths;
  /** Gets how each service is closed. */
  readonly shutdown: ShutdownStack;
}

/** Starts everything that verbs act on, on a database that is open. */
export async function createServices(options: ServiceOptions): Promise<Services> {
  const { settings, directory, database, log, telemetry = telemetryOff, shutdown } = options;
  const media = await startMedia(options);
  shutdown.add('media', () => media.close());
  const queue = await startQueue(database, log);
  shutdown.add('queue', () => queue.stop(drainTimeoutMs));
  const requests = new RequestLog(database.db, log);
  shutdown.add('request log', () => requests.flush());
  telemetry.addSources(() =>
    createSources({ db: database.db, now: Date.now, requests }, { main: database.usage, queue: queue.usage }),
  );
  return {
    queue,
    secret: settings.RESTAGE_SECRET ?? (await loadOrCreateSecret(directory)),
    core: {
      db: database.db,
      queue: queue.queue,
      changes: await JobNotifications.open(database.direct),
      blobs: await openBlobStore(settings, directory),
      media,
      settings: {
        writeRpm: settings.RESTAGE_WRITE_RPM,
        readRpm: settings.RESTAGE_READ_RPM,
        concurrency: settings.RESTAGE_CONCURRENCY,
        rateWindowSeconds: limits.rateWindowSeconds,
        inputsTimeoutMs: limits.inputsTimeoutMs,
        writeTimeoutMs: limits.writeTimeoutMs,
        keepOutputsHours: settings.RESTAGE_KEEP_OUTPUTS_HOURS,
        keepUploadsHours: settings.RESTAGE_KEEP_UPLOADS_HOURS,
        keepRequestsHours: settings.RESTAGE_KEEP_REQUESTS_HOURS,
        prices: defaultPrices,
        creditUsd: settings.RESTAGE_CREDIT_USD,
        maxUploadBytes: settings.RESTAGE_MAX_UPLOAD_MB * 1024 * 1024,
        allowPrivateNetwork: settings.RESTAGE_ALLOW_PRIVATE_NETWORK,
        workDirectory: join(directory, 'work'),
        webhooks: defaultWebhookSettings,
      },
      keyCache: new Map(),
      reads: new ReadWindows(limits.rateWindowSeconds),
      requests,
      log,
      telemetry: telemetry.telemetry,
      now: Date.now,
      random: (bytes) => webcrypto.getRandomValues(bytes),
    },
  };
}

/** The context of verbs, with signed URLs that begin with this one. */
export function createContext({ core, secret }: Services, publicUrl: string): Context {
  return { ...core, urls: createUrlSigner({ secret, publicUrl, clock: core.now }) };
}

/** Starts the child processes that probe media. */
function startMedia({ settings, directory, log, bundle }: ServiceOptions): Promise<Media> {
  return createMedia({
    temporaryDirectory: join(directory, 'probe'),
    allowPrivateNetwork: settings.RESTAGE_ALLOW_PRIVATE_NETWORK,
    workers: 2,
    limits: { maxFileBytes: settings.RESTAGE_MAX_UPLOAD_MB * 1024 * 1024 },
    log,
    ...(bundle.mediaWorker !== undefined && { workerScript: bundle.mediaWorker }),
  });
}
