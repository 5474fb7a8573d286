import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createApp } from '@restage/api';
import {
  createFirstAccount,
  sweepPeriodically,
  type WorkerContext,
  workOnRenders,
  workOnWebhooks,
} from '@restage/core';
import type { Logger } from 'pino';
import { openDatabase } from './database.ts';
import { type Listener, listen } from './listen.ts';
import type { BundlePaths } from './paths.ts';
import { openQueue } from './queue.ts';
import { Releases } from './releases.ts';
import type { ServerSettings } from './settings.ts';
import { createWorld, openRendering } from './world.ts';

/** A server that serves. */
export interface RunningServer {
  readonly url: string;
  /** The first account's key, on the very first start. */
  readonly firstKey: string | undefined;
  /** Ends everything in order: requests and renders in flight, then what they stand on. */
  stop(): Promise<void>;
}

/** Why a server could not start, as one line for the operator. */
export interface ServeFault {
  readonly fault: string;
}

/** Milliseconds that requests and renders in flight have to end. */
const drainMilliseconds = 10_000;

/** Starts everything, in order; what was started is stopped again if a later part can't be. */
export async function serve(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths = {},
): Promise<RunningServer | ServeFault> {
  const releases = new Releases(log);
  try {
    const started = await start(settings, log, bundle, releases);
    if ('fault' in started) await releases.run();
    return started;
  } catch (error) {
    await releases.run();
    throw error;
  }
}

async function start(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
  releases: Releases,
): Promise<RunningServer | ServeFault> {
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const unwritable = await prepareDirectory(directory);
  if (unwritable) return unwritable;
  const database = await openDatabase(settings, directory, log, bundle);
  if ('fault' in database) return database;
  releases.add('database', database.close);
  const rendering = await openRendering(settings, directory, log, bundle, releases);
  // Renders that outlast the queue's patience are told to end before the engine is taken from them.
  const stopping = new AbortController();
  releases.add('renders', async () => stopping.abort());
  const queue = await openQueue(database.url, log);
  releases.add('queue', () => queue.stop(drainMilliseconds));

  // The port is known once the server listens, and the URLs that it signs hold the port: listen first.
  let answer: (request: Request) => Response | Promise<Response> = () =>
    new Response(null, { status: 503, headers: { 'retry-after': '1' } });
  const listener = await listen((request) => answer(request), { host: settings.HOST, port: settings.PORT });
  if ('fault' in listener) return listener;
  releases.add('listener', () => listener.stop(drainMilliseconds));

  const url = localUrl(settings, listener);
  const publicUrl = (settings.RESTAGE_PUBLIC_URL ?? url).replace(/\/+$/, '');
  const world = await createWorld({ settings, directory, publicUrl, database, queue, log, ...rendering });
  const first = await createFirstAccount(world, {
    email: 'owner@localhost',
    credits: settings.RESTAGE_FIRST_CREDITS,
  });
  const app = createApp(world, {
    publicUrl,
    maxBodyBytes: settings.RESTAGE_MAX_BODY_MB * 1024 * 1024,
    corsOrigins: settings.RESTAGE_CORS_ORIGINS,
    ready: () => checkReadiness(world, queue.check),
  });
  answer = app.fetch;
  await workOnRenders(world, queue.boss, settings.RESTAGE_WORKERS, stopping.signal);
  await workOnWebhooks(world, queue.boss, stopping.signal);
  const sweeper = new AbortController();
  const sweeping = sweepPeriodically(world, sweeper.signal);
  releases.add('sweeper', async () => {
    sweeper.abort();
    await sweeping;
  });
  log.info({ url, publicUrl, workers: settings.RESTAGE_WORKERS }, 'serving');
  return { url, firstKey: first?.key, stop: () => releases.run() };
}

async function prepareDirectory(directory: string): Promise<ServeFault | undefined> {
  try {
    await mkdir(join(directory, 'work'), { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {
      fault: `The data directory ${directory} can't be written to (${reason}). Set RESTAGE_DATA_DIR.`,
    };
  }
}

function localUrl(settings: ServerSettings, listener: Listener): string {
  const host = settings.HOST.includes(':') ? `[${settings.HOST}]` : settings.HOST;
  return `http://${host}:${listener.port}`;
}

async function checkReadiness(world: WorkerContext, checkQueue: () => Promise<void>) {
  const answered = async (check: Promise<unknown>) => {
    try {
      await check;
      return true;
    } catch (cause) {
      world.log.warn({ err: cause }, 'a readiness check failed');
      return false;
    }
  };
  const [database, queue, blobs] = await Promise.all([
    answered(world.db.execute('select 1')),
    answered(checkQueue()),
    answered(world.blobs.check()),
  ]);
  return { database, queue, blobs };
}
