import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { defaultPrices, limits } from '@restage/contract';
import { type Context, defaultWebhooks, type JobChanges, ReadWindows } from '@restage/core';
import type { Connection } from '@restage/db';
import { createMedia, type Media } from '@restage/media';
import { createUrlSigner, openDiskStore } from '@restage/storage';
import type { Logger } from 'pino';
import type { BundlePaths } from './paths.ts';
import type { OpenQueue } from './queue.ts';
import type { Releases } from './releases.ts';
import { keepSecret } from './secret.ts';
import type { ServerSettings } from './settings.ts';

/** Opens what looks at media, in child processes of its own; `releases` gets what ends it. */
export async function openMedia(
  settings: ServerSettings,
  directory: string,
  log: Logger,
  bundle: BundlePaths,
  releases: Releases,
): Promise<Media> {
  const media = await createMedia({
    temporaryDirectory: join(directory, 'probe'),
    allowPrivateNetwork: settings.RESTAGE_ALLOW_PRIVATE_NETWORK,
    workers: 2,
    limits: { fileBytes: settings.RESTAGE_MAX_UPLOAD_MB * 1024 * 1024 },
    log,
    ...(bundle.mediaWorker !== undefined && { workerScript: bundle.mediaWorker }),
  });
  releases.add('media', () => media.close());
  return media;
}

interface Parts {
  readonly media: Media;
  readonly settings: ServerSettings;
  readonly directory: string;
  readonly publicUrl: string;
  readonly database: Connection;
  readonly changes: Promise<JobChanges>;
  readonly queue: Pick<OpenQueue, 'entries'>;
  readonly log: Logger;
}

/** Builds the world that verbs act on, out of what is open. */
export async function createWorld(parts: Parts): Promise<Context> {
  const { settings, directory, publicUrl, database, queue, log, media } = parts;
  const now = () => Date.now();
  const [changes, blobs, secret] = await Promise.all([
    parts.changes,
    openDiskStore(join(directory, 'blobs')),
    settings.RESTAGE_SECRET ?? keepSecret(directory),
  ]);
  return {
    db: database.db,
    queue: queue.entries,
    changes,
    blobs,
    urls: createUrlSigner({ secret, publicUrl, clock: now }),
    media,
    settings: {
      writeRpm: settings.RESTAGE_WRITE_RPM,
      readRpm: settings.RESTAGE_READ_RPM,
      concurrency: settings.RESTAGE_CONCURRENCY,
      rateWindowSeconds: limits.rateWindowSeconds,
      keepOutputsHours: settings.RESTAGE_KEEP_OUTPUTS_HOURS,
      keepUploadsHours: settings.RESTAGE_KEEP_UPLOADS_HOURS,
      prices: defaultPrices,
      creditUsd: settings.RESTAGE_CREDIT_USD,
      maxUploadBytes: settings.RESTAGE_MAX_UPLOAD_MB * 1024 * 1024,
      allowPrivateNetwork: settings.RESTAGE_ALLOW_PRIVATE_NETWORK,
      workDirectory: join(directory, 'work'),
      webhooks: defaultWebhooks,
    },
    keys: new Map(),
    reads: new ReadWindows(limits.rateWindowSeconds),
    log,
    now,
    random: (bytes) => webcrypto.getRandomValues(bytes),
  };
}
