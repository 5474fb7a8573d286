/**
 * A worker as the product's, with an engine that renders nothing. It says on standard output when it is ready and
 * what it renders. Its one argument is JSON: how webhooks are sent, where that is not as the product does.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../apps/server/src/database.ts';
import { createLogger } from '../../apps/server/src/logger.ts';
import { openQueue } from '../../apps/server/src/queue.ts';
import { Releases } from '../../apps/server/src/releases.ts';
import { readSettings } from '../../apps/server/src/settings.ts';
import { createWorld, openMedia } from '../../apps/server/src/world.ts';
import { defaultWebhooks, JobChanges, workOnRenders, workOnWebhooks } from '../../packages/core/src/index.ts';
import type { WebhookSettings } from '../../packages/core/src/webhooks/settings.ts';
import { isFailure } from '../../packages/errors/src/index.ts';
import { idleEngine } from './engine.ts';

/** As long as the product waits. */
const patience = 10_000;

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bundle = {
  mediaWorker: beside('../../../packages/media/dist/worker.js'),
  migrations: beside('../../../packages/db/migrations'),
};

const settings = readSettings(process.env);
if (isFailure(settings)) throw new Error(settings.message);
const directory = resolve(settings.RESTAGE_DATA_DIR);
const log = createLogger(settings.LOG_LEVEL);
const releases = new Releases(log);
const database = await openDatabase(settings, directory, log, bundle);
if (isFailure(database)) throw new Error(database.message);
releases.add('database', database.close);
const media = await openMedia(settings, directory, log, bundle, releases);
const webhooks = new AbortController();
releases.add('webhooks', async () => webhooks.abort());
const queue = await openQueue(database, log);
releases.add('queue', () => queue.stop(patience));
const publicUrl = 'http://127.0.0.1';
const changes = JobChanges.open(database.direct);
const world = await createWorld({ settings, directory, publicUrl, database, changes, queue, log, media });
const webhookSettings: WebhookSettings = { ...defaultWebhooks, ...JSON.parse(process.argv[2] ?? '{}') };
const ctx = {
  ...world,
  settings: { ...world.settings, webhooks: webhookSettings },
  engine: idleEngine((event, key) => process.stdout.write(`${event} ${key}\n`)),
};
const work = await workOnRenders(ctx, queue.boss, settings.RESTAGE_WORKERS);
await workOnWebhooks(ctx, queue.boss, webhooks.signal);
releases.add('work', () => work.stop(patience));
process.once('SIGTERM', () => {
  releases.run().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ err: error }, 'stopping met a fault');
      process.exit(1);
    },
  );
});
process.stdout.write('ready\n');
