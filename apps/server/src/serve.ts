import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Work, WorkerContext } from '@restage/core';
import { type FailureValue, failWith, isFailure } from '@restage/errors';
import type { Logger } from 'pino';
import { type OpenDatabaseFailure, openDatabase } from './database.ts';
import type { Listener } from './listen.ts';
import type { BundlePaths } from './paths.ts';
import { loadProgram } from './program.ts';
import type { DeferredQueue } from './queue.ts';
import { checkReadiness } from './readiness.ts';
import { Releases } from './releases.ts';
import type { Role } from './roles.ts';
import type { ServerSettings } from './settings.ts';

/** A server that serves. */
export interface RunningServer {
  readonly role: Role;
  readonly url: string;
  /** The first account's key, on the very first start. */
  readonly firstKey: string | undefined;
  /** Resolves when that is open too which the first answers can do without; rejects when it can't be. */
  readonly complete: Promise<void>;
  /** Ends everything in order: requests and renders in flight, then what they stand on. */
  stop(): Promise<void>;
}

/** Why a server could not start, as one line for the operator. */
export type ServeFailure =
  | OpenDatabaseFailure
  | FailureValue<'DATABASE_REQUIRED' | 'DIRECTORY_UNWRITABLE' | 'MATTE_MODEL_UNUSABLE'>;

/** Milliseconds that requests and renders in flight have to end; a render that needs longer goes back to the queue. */
const drainMilliseconds = 10_000;

/** Milliseconds in which those are answered who waited for the start, before what only writes need is opened. */
const pauseMilliseconds = 100;

/** How often the queue is tried to be opened, after longer and longer pauses: for a quarter of a minute in all. */
const openAttempts = 16;

/** Starts everything else, in order; all that was started is stopped again if a later part can't be. */
export async function serve(
  listener: Listener,
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
  role: Role,
): Promise<RunningServer | ServeFailure> {
  const releases = new Releases(log);
  releases.add('listener', () => listener.stop(drainMilliseconds));
  try {
    const started = await start(listener, settings, log, bundle, role, releases);
    if (isFailure(started)) await releases.run();
    return started;
  } catch (error) {
    await releases.run();
    throw error;
  }
}

async function start(
  listener: Listener,
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
  role: Role,
  releases: Releases,
): Promise<RunningServer | ServeFailure> {
  if (role !== 'all' && settings.DATABASE_URL === undefined) {
    return failWith(
      'DATABASE_REQUIRED',
      `A server in the role "${role}" shares its database with others. Set DATABASE_URL, or serve in the role "all".`,
    );
  }
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const unwritable = await prepareDirectory(directory);
  if (unwritable) return unwritable;
  // The database answers while the rest of the program is loaded.
  const [database, program] = await Promise.all([
    openDatabase(settings, directory, log, bundle),
    loadProgram(),
  ]);
  if (isFailure(database)) return database;
  releases.add('database', database.close);
  // Connected while the rest is opened. Should that fail, it ends with the database.
  const changes = program.JobChanges.open(database.direct);
  changes.catch(() => undefined);
  const media = await program.openMedia(settings, directory, log, bundle, releases);
  const engine =
    role === 'api' ? undefined : await (await import('./engine.ts')).openEngine(settings, bundle, releases);
  if (isFailure(engine)) return engine;
  // Webhooks that outlast the queue's patience are given up, and made again by another process.
  const webhooks = new AbortController();
  releases.add('webhooks', async () => webhooks.abort());
  const queue = new program.DeferredQueue(() => program.openQueue(database, log));
  releases.add('queue', () => queue.stop(drainMilliseconds));

  const { url, publicUrl } = listener;
  const world = await program.createWorld({
    settings,
    directory,
    publicUrl,
    database,
    changes,
    queue,
    log,
    media,
  });
  const ready = () => checkReadiness(world, () => queue.check());
  const account = { email: 'owner@localhost', credits: settings.RESTAGE_FIRST_CREDITS };
  const first = role === 'worker' ? undefined : await program.createFirstAccount(world, account);
  const maxBodyBytes = settings.RESTAGE_MAX_BODY_MB * 1024 * 1024;
  const corsOrigins = settings.RESTAGE_CORS_ORIGINS;
  const app =
    role === 'worker'
      ? program.createProbes({ log }, { publicUrl, ready })
      : program.createApp(world, {
          publicUrl,
          maxBodyBytes,
          corsOrigins,
          ready,
          ...(bundle.docs !== undefined && { docsDirectory: bundle.docs }),
        });
  // Ended before what requests stand on, should the rest not start.
  releases.add('requests', () => listener.stop(drainMilliseconds));
  listener.serve(program.createRequestListener(app, { log, publicUrl }));
  const renders = engine && (await work({ ...world, engine }, queue, settings, webhooks.signal, releases));
  // The first to be released: nothing new is begun, and requests and renders end side by side.
  releases.add('work', async () => {
    world.changes.drain();
    await Promise.all([listener.stop(drainMilliseconds), renders?.stop(drainMilliseconds)]);
  });
  log.info({ role, url, publicUrl, workers: engine ? settings.RESTAGE_WORKERS : 0 }, 'serving');
  const complete = engine ? Promise.resolve() : openLater(queue, log, releases);
  return { role, url, firstKey: first?.key, complete, stop: () => releases.run() };
}

/** Begins to render, which takes the queue. */
async function work(
  world: WorkerContext,
  queue: DeferredQueue,
  settings: ServerSettings,
  webhooks: AbortSignal,
  releases: Releases,
): Promise<Work> {
  const begin = await import('./work.ts');
  return begin.work(world, await queue.open(), settings.RESTAGE_WORKERS, webhooks, releases);
}

/**
 * Opens the queue after a pause, or when a write needs it: it takes another tenth of a second. The database was there a
 * moment ago, so one that is gone may be back soon.
 */
async function openLater(queue: DeferredQueue, log: Logger, releases: Releases): Promise<void> {
  const stopping = new AbortController();
  releases.add('pause', async () => stopping.abort());
  const { signal } = stopping;
  for (let attempt = 1; ; attempt += 1) {
    const paused = await sleep(attempt * pauseMilliseconds, true, { signal }).catch(() => false);
    if (!paused) return;
    try {
      await queue.open();
      return;
    } catch (error) {
      if (attempt === openAttempts) throw error;
      log.warn({ err: error }, 'the queue could not be opened, and is tried again');
    }
  }
}

async function prepareDirectory(directory: string): Promise<ServeFailure | undefined> {
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
