/**
 * A worker as the product's, with an engine that renders nothing. It says on standard output when it is ready and
 * what it renders. Its one argument is JSON: how webhooks are sent, where that is not as the product does.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../apps/server/src/database.ts';
import { createLogger } from '../../apps/server/src/logger.ts';
import { createContext, createServices, drainTimeoutMs } from '../../apps/server/src/services.ts';
import { readSettings } from '../../apps/server/src/settings.ts';
import { ShutdownStack } from '../../apps/server/src/shutdown-stack.ts';
import {
  defaultWebhookSettings,
  startRenderWorkers,
  startWebhookWorkers,
} from '../../packages/core/src/index.ts';
import type { WebhookSettings } from '../../packages/core/src/webhooks/settings.ts';
import { isFailure } from '../../packages/errors/src/index.ts';
import { idleEngine } from './engine.ts';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bundle = {
  mediaWorker: beside('../../../packages/media/dist/worker.js'),
  migrations: beside('../../../packages/db/migrations'),
};

const settings = readSettings(process.env);
if (isFailure(settings)) throw new Error(settings.message);
const directory = resolve(settings.RESTAGE_DATA_DIR);
const log = createLogger(settings.LOG_LEVEL);
const shutdown = new ShutdownStack(log);
const database = await openDatabase(settings, directory, log, bundle);
if (isFailure(database)) throw new Error(database.message);
shutdown.add('database', database.close);
const webhooks = new AbortController();
shutdown.add('webhooks', async () => webhooks.abort());
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
  engine: idleEngine((event, key) => process.stdout.write(`${event} ${key}\n`)),
};
const work = await startRenderWorkers(ctx, boss, settings.RESTAGE_WORKERS);
await startWebhookWorkers(ctx, boss, webhooks.signal);
shutdown.add('work', () => work.stop(drainTimeoutMs));
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
