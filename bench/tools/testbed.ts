import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, createServices } from '../../apps/server/src/services/services.ts';
import { ShutdownStack } from '../../apps/server/src/services/shutdown-stack.ts';
import { createLogger } from '../../apps/server/src/settings/logger.ts';
import { readSettings } from '../../apps/server/src/settings/settings.ts';
import {
  type AccountContext,
  type Context,
  createAccount,
  createUpload,
  receiveUpload,
  startGeneration,
} from '../../packages/core/src/index.ts';
import { connect } from '../../packages/db/src/index.ts';
import { startTestCluster } from '../../packages/db/test/support/cluster.ts';
import { isFailure } from '../../packages/errors/src/index.ts';
import { makePng } from '../../packages/media/test/support/index.ts';

/**
 * Opens the product's services in this process, with one account and one upload, on a PostgreSQL of their own that syncs each
 * commit to the disk, as in production.
 */
export async function openTestbed() {
  const log = createLogger('error');
  const shutdown = new ShutdownStack(log);
  const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
  shutdown.add('directory', () => rm(directory, { recursive: true, force: true }));
  const cluster = await startTestCluster({ durable: true });
  shutdown.add('cluster', cluster.stop);
  const settings = readSettings({ DATABASE_URL: cluster.templateUrl, RESTAGE_DATA_DIR: directory });
  if (isFailure(settings)) throw new Error(settings.message);
  const database = connect(cluster.templateUrl, { statementTimeoutMs: 0 });
  shutdown.add('database', database.close);
  const services = await createServices({ settings, directory, database, log, bundle: {}, shutdown });
  const ctx = createContext(services, 'http://bench');
  const { id: account } = await createAccount(ctx, { email: 'bench@example.com', credits: 1_000_000_000 });
  const accountCtx = toAccountContext(ctx, account);
  const upload = await createUpload(accountCtx, { filename: 'source.png' });
  if (isFailure(upload)) throw new Error(upload.message);
  const received = await receiveUpload(ctx, upload.id, createSource(), AbortSignal.timeout(60_000));
  if (isFailure(received)) throw new Error(received.message);
  return {
    ctx,
    /** What other processes of this installation need to share: the database and the files. */
    url: cluster.templateUrl,
    directory,
    /** The context of the account's own calls. */
    accountCtx,
    boss: services.queue.boss,
    db: database.db,
    sql: database.sql,
    account,
    upload: upload.id,
    /** Starts an image job. @returns its id */
    async startJob(prompt = 'a beach'): Promise<string> {
      const job = await startGeneration(accountCtx, {
        generation_type: 'image',
        alpha_mode: 'fill',
        max_resolution: 720,
        source_uri: upload.beeble_uri,
        prompt,
      });
      if (isFailure(job)) throw new Error(job.message);
      return job.id;
    },
    close: () => shutdown.run(),
  };
}

function toAccountContext(ctx: Context, id: string): AccountContext {
  return {
    ...ctx,
    account: {
      id,
      key: { id: 'key_bench', prefix: 'rsk_bench' },
      mode: 'live',
      writeRpm: 1,
      readRpm: 1,
      concurrency: 1_000_000_000,
    },
    responseMeta: { replayed: false },
    largeStrings: new Map(),
  };
}

async function* createSource(): AsyncGenerator<Uint8Array> {
  yield makePng(8, 8);
}
