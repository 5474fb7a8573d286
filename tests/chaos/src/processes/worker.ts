/**
 * The product's worker with an engine that renders nothing. It reports on standard output when it is ready and what it
 * renders. Its one argument is JSON: the webhook settings that differ from the defaults.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cleanUpPeriodically,
  defaultWebhookSettings,
  startRenderWorkers,
  startWebhookWorkers,
  type WebhookSettings,
} from '@restage/core';
import { isFailure } from '@restage/errors';
import { openDatabase } from '../../../../apps/server/src/services/database.ts';
import {
  createContext,
  createServices,
  drainTimeoutMs,
} from '../../../../apps/server/src/services/services.ts';
import { ShutdownStack } from '../../../../apps/server/src/services/shutdown-stack.ts';
import { createLogger } from '../../../../apps/server/src/settings/logger.ts';
import { readSettings } from '../../../../apps/server/src/settings/settings.ts';
import { createIdleEngine } from './engine.ts';

const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bundle = {
  mediaWorker: resolvePath('../../../packages/media/dist/worker.js'),
  migrations: resolvePath('../../../packages/db/migrations'),
};

const settings = readSettings(process.env);
if (isFailure(settings)) throw new Error(settings.message);
const directory = resolve(settings.RESTAGE_DATA_DIR);
const log = createLogger(settings.LOG_LEVEL);
const shutdown = new ShutdownStack(log);
const database = await openDatabase(settings, directory, log, bundle);
if (isFailure(database)) throw new Error(database.message);
shutdown.add('database', database.close);
const webhookStop = new AbortController();
shutdown.add('webhooks', async () => webhookStop.abort());
const services = await createServices({ settings, directory, database, log, bundle, shutdown });
const base = createContext(services, 'http://127.0.0.1');
const { boss } = services.queue;
const webhookSettings: WebhookSettings = {
  ...defaultWebhookSettings,
  ...JSON.parse(process.argv[2] ?? '{}'),
};
const ctx = {
  ...base,
  settings: { ...base.settings, webhooks: webhookSettings },
  engine: createIdleEngine((event, key) => process.stdout.write(`${event} ${key}\n`)),
};
const workers = await startRenderWorkers(ctx, boss, settings.RESTAGE_WORKERS);
await startWebhookWorkers(ctx, boss, webhookStop.signal);
const cleanupStop = new AbortController();
// Often, so that it happens while other things do.
const cleanup = cleanUpPeriodically(ctx, cleanupStop.signal, 10_000);
shutdown.add('cleanup', async () => {
  cleanupStop.abort();
  await cleanup;
});
shutdown.add('workers', () => workers.stop(drainTimeoutMs));
process.once('SIGTERM', () => {
  shutdown.run().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ err: error }, 'worker_stop_failed');
      process.exit(1);
    },
  );
});
process.stdout.write('ready\n');
