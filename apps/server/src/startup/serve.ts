import { access, constants, mkdir } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import {
  type AppOptions,
  createApp,
  createProbes,
  createRequestListener,
  hasConsole,
  type MetricsOptions,
} from '@restage/api';
import { type Context, createFirstAccount } from '@restage/core';
import { failWith, isFailure } from '@restage/errors';
import type { Logger } from 'pino';
import type { BundlePaths } from '../paths.ts';
import type { Role } from '../roles.ts';
import { openDatabase } from '../services/database.ts';
import { openEngine } from '../services/engine.ts';
import { checkReadiness } from '../services/readiness.ts';
import { createContext, createServices, drainTimeoutMs } from '../services/services.ts';
import { ShutdownStack } from '../services/shutdown-stack.ts';
import { startWorkers } from '../services/start-workers.ts';
import { getDownloadsOrigin } from '../settings/s3.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { startTelemetry } from '../telemetry/start.ts';
import type { TelemetryService } from '../telemetry/telemetry.ts';
import { createConsoleLink } from './console-link.ts';
import type { StartupFailure } from './failure.ts';
import { listen } from './listen.ts';

/** What a server is started with. */
export interface ServeOptions {
  readonly settings: ServerSettings;
  readonly role: Role;
  readonly log: Logger;
  readonly bundle: BundlePaths;
}

/** A server that serves. */
export interface RunningServer {
  readonly role: Role;
  readonly url: string;
  /** The first account's key, on the very first start. */
  readonly firstKey: string | undefined;
  /** A link that signs in to the console once, on the very first start. */
  readonly consoleLink: string | undefined;
  /** Ends everything in order: requests and renders in flight, then what they depend on. */
  stop(): Promise<void>;
}

/** Starts a server: database, services, listen. If a part can't be started, those before it are closed again. */
export async function serve(options: ServeOptions): Promise<RunningServer | StartupFailure> {
  const shutdown = new ShutdownStack(options.log);
  try {
    const server = await start(options, shutdown);
    if (isFailure(server)) await shutdown.run();
    return server;
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function start(
  options: ServeOptions,
  shutdown: ShutdownStack,
): Promise<RunningServer | StartupFailure> {
  const { settings, role, log, bundle } = options;
  if (role !== 'all' && settings.DATABASE_URL === undefined) {
    return failWith(
      'DATABASE_REQUIRED',
      `A server in the role "${role}" shares its database with others. Set DATABASE_URL, or serve in the role "all".`,
    );
  }
  if (role !== 'all' && settings.RESTAGE_S3_BUCKET !== undefined && settings.RESTAGE_SECRET === undefined) {
    return failWith(
      'SECRET_REQUIRED',
      `A server in the role "${role}" with RESTAGE_S3_BUCKET shares no folder with others, and so no secret. Set RESTAGE_SECRET to the same text for all of them.`,
    );
  }
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const unwritable = await prepareDirectory(directory);
  if (unwritable) return unwritable;

  const database = await openDatabase(settings, directory, log, bundle);
  if (isFailure(database)) return database;
  shutdown.add('database', database.close);
  const telemetry = await startTelemetry(settings, role, log);
  shutdown.add('telemetry', () => telemetry.close());

  const engine = role === 'api' ? undefined : await openEngine(settings, log, bundle, shutdown);
  if (isFailure(engine)) return engine;
  // Attempts that outlast the queue's drain timeout are aborted, and repeated by another process.
  const webhooks = new AbortController();
  shutdown.add('webhooks', async () => webhooks.abort());
  const services = await createServices({ settings, directory, database, log, telemetry, bundle, shutdown });

  const { HOST: host, PORT: port } = settings;
  const listener = await listen({ host, port, publicUrl: settings.RESTAGE_PUBLIC_URL }, (publicUrl) => {
    const ctx = createContext(services, publicUrl);
    return createHandler(options, ctx, {
      publicUrl,
      ready: () => checkReadiness(ctx, services.queue.check),
      metrics: getMetricsOptions(settings, telemetry),
    });
  });
  if (isFailure(listener)) return listener;
  const { url, publicUrl } = listener;
  shutdown.add('requests', () => listener.stop(drainTimeoutMs));
  const ctx = createContext(services, publicUrl);
  const renders =
    engine &&
    (await startWorkers(
      { ...ctx, engine },
      services.queue.boss,
      settings.RESTAGE_WORKERS,
      webhooks.signal,
      shutdown,
    ));
  // Closed first: nothing new begins, and requests and renders drain side by side.
  shutdown.add('drain', async () => {
    ctx.changes.drain();
    await Promise.all([listener.stop(drainTimeoutMs), renders?.stop(drainTimeoutMs)]);
  });
  // Last, for its key is shown only once: a start that fails must not use it up.
  const account = { email: 'owner@localhost', credits: settings.RESTAGE_FIRST_CREDITS };
  const first = role === 'worker' ? undefined : await createFirstAccount(ctx, account);
  const consoleLink = first && (await createFirstLink(ctx, publicUrl, first.id));
  if (role !== 'worker' && !(await hasConsole(bundle.console))) {
    log.warn({ resolution: 'Run: npx -y pnpm@12 build console' }, 'console_not_built');
  }
  log.info({ role, url, publicUrl, workers: engine ? settings.RESTAGE_WORKERS : 0 }, 'server_listening');
  return { role, url, firstKey: first?.key, consoleLink, stop: () => shutdown.run() };
}

/** The first account's link to the console. Its key is shown even if the link can't be made. */
async function createFirstLink(
  ctx: Context,
  publicUrl: string,
  accountId: string,
): Promise<string | undefined> {
  try {
    const created = await createConsoleLink(ctx, publicUrl, accountId);
    if (isFailure(created)) throw new Error(created.message);
    return created.link;
  } catch (error) {
    ctx.log.warn({ err: error }, 'console_link_failed');
    return undefined;
  }
}

/** What `/metrics` needs; undefined if it is not asked for. */
function getMetricsOptions(
  { RESTAGE_METRICS_TOKEN: token }: ServerSettings,
  { readMetrics }: TelemetryService,
): MetricsOptions | undefined {
  return token === undefined ? undefined : { token, read: readMetrics };
}

/** What answers requests: the whole API, or of a worker only its health checks and metrics. */
function createHandler(
  { settings, role, log, bundle }: ServeOptions,
  ctx: Context,
  common: Pick<AppOptions, 'publicUrl' | 'ready' | 'metrics'>,
): RequestListener {
  const downloadsOrigin = getDownloadsOrigin(settings);
  const app =
    role === 'worker'
      ? createProbes({ log }, common)
      : createApp(ctx, {
          ...common,
          maxBodyBytes: settings.RESTAGE_MAX_BODY_MB * 1024 * 1024,
          corsOrigins: settings.RESTAGE_CORS_ORIGINS,
          ...(bundle.docs !== undefined && { docsDirectory: bundle.docs }),
          ...(bundle.console !== undefined && { consoleDirectory: bundle.console }),
          ...(downloadsOrigin !== undefined && { downloadsOrigin }),
        });
  return createRequestListener(app, { log, publicUrl: common.publicUrl });
}

async function prepareDirectory(directory: string): Promise<StartupFailure | undefined> {
  try {
    await mkdir(join(directory, 'work'), { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failWith(
      'DIRECTORY_UNWRITABLE',
      `The data directory ${directory} can't be written to (${reason}). Set RESTAGE_DATA_DIR.`,
    );
  }
}
