import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createApp, createProbes } from '@restage/api';
import {
  type Context,
  createFirstAccount,
  sweepPeriodically,
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
import { createWorld, openEngine, openMedia } from './world.ts';

/** What a process does: serve the API, render, or both. Any number of each work on one database. */
export const roles = ['all', 'api', 'worker'] as const;
export type Role = (typeof roles)[number];

/** A server that serves. */
export interface RunningServer {
  readonly role: Role;
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

/** Milliseconds that requests and renders in flight have to end; a render that needs longer goes back to the queue. */
const drainMilliseconds = 10_000;

/** Starts everything, in order; what was started is stopped again if a later part can't be. */
export async function serve(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths = {},
  role: Role = 'all',
): Promise<RunningServer | ServeFault> {
  const releases = new Releases(log);
  try {
    const started = await start(settings, log, bundle, role, releases);
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
  role: Role,
  releases: Releases,
): Promise<RunningServer | ServeFault> {
  if (role !== 'all' && settings.DATABASE_URL === undefined) {
    return {
      fault: `A server in the role "${role}" shares its database with others. Set DATABASE_URL, or serve in the role "all".`,
    };
  }
  const directory = resolve(settings.RESTAGE_DATA_DIR);
  const unwritable = await prepareDirectory(directory);
  if (unwritable) return unwritable;
  const database = await openDatabase(settings, directory, log, bundle);
  if ('fault' in database) return database;
  releases.add('database', database.close);
  const media = await openMedia(settings, directory, log, bundle, releases);
  const engine = role === 'api' ? undefined : await openEngine(settings, bundle, releases);
  if (engine !== undefined && 'fault' in engine) return engine;
  // Webhooks that outlast the queue's patience are given up, and made again by another process.
  const webhooks = new AbortController();
  releases.add('webhooks', async () => webhooks.abort());
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
  const world = await createWorld({ settings, directory, publicUrl, database, queue, log, media });
  const ready = () => checkReadiness(world, queue.check);
  const first = role === 'worker' ? undefined : await openAccount(world, settings);
  const maxBodyBytes = settings.RESTAGE_MAX_BODY_MB * 1024 * 1024;
  const corsOrigins = settings.RESTAGE_CORS_ORIGINS;
  const app =
    role === 'worker'
      ? createProbes({ ready })
      : createApp(world, {
          publicUrl,
          maxBodyBytes,
          corsOrigins,
          ready,
          ...(bundle.docs !== undefined && { docsDirectory: bundle.docs }),
        });
  answer = (request) => app.fetch(request);
  const work = engine && (await workOnRenders({ ...world, engine }, queue.boss, settings.RESTAGE_WORKERS));
  if (engine) await workOnWebhooks(world, queue.boss, webhooks.signal);
  if (engine) sweepUntilReleased(world, releases);
  // The first to be released: nothing new is begun, and requests and renders end side by side.
  releases.add('work', async () => {
    world.changes.drain();
    await Promise.all([listener.stop(drainMilliseconds), work?.stop(drainMilliseconds)]);
  });
  log.info({ role, url, publicUrl, workers: engine ? settings.RESTAGE_WORKERS : 0 }, 'serving');
  return { role, url, firstKey: first?.key, stop: () => releases.run() };
}

/** Sweeps files whose time is up, for as long as the server runs. */
function sweepUntilReleased(world: Context, releases: Releases): void {
  const stopping = new AbortController();
  const sweeping = sweepPeriodically(world, stopping.signal);
  releases.add('sweeper', async () => {
    stopping.abort();
    await sweeping;
  });
}

function openAccount(world: Context, settings: ServerSettings) {
  return createFirstAccount(world, { email: 'owner@localhost', credits: settings.RESTAGE_FIRST_CREDITS });
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

async function checkReadiness(world: Context, checkQueue: () => Promise<void>) {
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
