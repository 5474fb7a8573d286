import type { AddressInfo } from 'node:net';
import {
  createAccount,
  createKey,
  getOrCreateWebhookSecret,
  startRenderWorkers,
  startWebhookWorkers,
} from '@restage/core';
import { connect } from '@restage/db';
import { temporaryDatabase } from '@restage/db/testing/temporary';
import type { Engine } from '@restage/engine';
import type { ErrorCode } from '@restage/errors';
import type { Media } from '@restage/media';
import { makePng } from '@restage/media/testing';
import { createApp } from '../app.ts';
import { createRequestListener } from '../http/listener.ts';
import { createHttpServer } from '../http/server.ts';
import { createCaller } from '../trpc/router.ts';
import { instantEngine } from './instant.ts';
import type { LogLine } from './log-line.ts';
import { openWorld, type World } from './world.ts';

/** An account to test with. */
export interface TestAccount {
  readonly id: string;
  /** A live key. */
  readonly key: string;
  /** A key of test mode: its jobs cost nothing, and its calls may ask for a fault by `simulate`. */
  readonly testKey: string;
  /** What its webhooks are signed with. */
  readonly webhookSecret: string;
}

/** The router's procedures as functions: `caller.generations.start({ … })`. */
export type TestCaller = ReturnType<typeof createCaller>;

/** Who calls, and what is to go wrong. */
export interface CallerOptions {
  /** Default: the first account's live key; with `simulate`, its key of test mode. */
  readonly key?: string | undefined;
  /** As the header `x-restage-simulate`: any code, or one of three things that befall the job. */
  readonly simulate?: ErrorCode | 'stall' | 'job-failed' | 'webhook-failed' | undefined;
}

/** What an operator would set otherwise. */
export interface TestSettings {
  /** Requests a minute; default 10,000. */
  readonly writeRpm?: number;
  readonly readRpm?: number;
  /** Jobs in flight; default 10. */
  readonly concurrency?: number;
  /** What a credit is worth, in dollars; default 0.01. */
  readonly creditUsd?: number;
  /** Bytes. */
  readonly maxUploadBytes?: number;
}

/** How a test's Restage differs from the usual one. */
export interface TestRestageOptions {
  /** Credits of the first account. Default: 1000. */
  readonly credits?: number | undefined;
  /**
   * What renders. Default: `instant`, which ends each job at once with gray pictures of the right size. `compositor` is the real
   * one, in a child process.
   */
  readonly engine?: 'instant' | 'compositor' | Engine | undefined;
  /** What an operator would set. By default no rate is limited in practice. */
  readonly settings?: TestSettings | undefined;
  /** Whether sources and callbacks may be http and on this machine. Default: true, so that a test can be both. */
  readonly allowPrivateNetwork?: boolean | undefined;
}

/** A whole Restage of a test's own, on a database of its own. */
export interface TestRestage extends AsyncDisposable {
  /** The procedures, called in this process with the first account's key, through every check that the wire has. */
  readonly caller: TestCaller;
  /** The same for another key, or with a fault asked for. */
  callerWith(options: CallerOptions): TestCaller;
  readonly account: TestAccount;
  /** The first account's live key. */
  readonly key: string;
  /** Makes a further account. Default: 1000 credits. */
  createAccount(made?: { readonly credits?: number | undefined }): Promise<TestAccount>;
  /** Where it serves all of HTTP, on a port of its own: for the SDK, for fetch, and for signed URLs. */
  readonly url: string;
  /** A picture to start jobs with, as a `data:` URI: gray, 64 × 48. */
  readonly picture: string;
  /** Moves the clock: signed URLs, keys and billing periods end by it. */
  advance(milliseconds: number): void;
  /** What was logged, oldest first. The cause of an INTERNAL_ERROR is here. */
  readonly log: readonly LogLine[];
  /** Ends everything and drops the database. `await using` does it by itself. */
  close(): Promise<void>;
}

/** Where the child processes' programs and the guides stand, for a bundle, which can't hold them. */
export interface TestRestagePaths {
  readonly mediaWorker?: string;
  readonly docs?: string;
  /** Makes the real engine. */
  readonly compositor: () => Engine;
}

/** Opens a {@link TestRestage}. What was opened is closed again when a later part can't be. */
export async function openTestRestage(
  options: TestRestageOptions,
  paths: TestRestagePaths,
): Promise<TestRestage> {
  const opened: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = async () => {
    for (const end of opened.reverse()) await end();
  };
  try {
    const restage = await build(options, paths, opened);
    const closeOnce = () => {
      closing ??= close();
      return closing;
    };
    return { ...restage, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { credits = 1000, engine = 'instant', settings, allowPrivateNetwork = true }: TestRestageOptions,
  paths: TestRestagePaths,
  opened: (() => Promise<unknown>)[],
): Promise<Omit<TestRestage, 'close' | typeof Symbol.asyncDispose>> {
  const database = await temporaryDatabase();
  opened.push(database.drop);
  const connection = connect(database.url, { name: 'restage-test' });
  opened.push(connection.close);

  let url = '';
  let media: (() => Media) | undefined;
  const instant = instantEngine(() => {
    if (!media) throw new Error('a render began before its world was there');
    return media();
  });
  const named = { instant: () => instant, compositor: paths.compositor };
  const world = await openWorld(database.url, connection, {
    engine: typeof engine === 'string' ? named[engine]() : engine,
    publicUrl: () => url,
    settings: { ...settings, allowPrivateNetwork },
    media: {
      allowPrivateNetwork,
      ...(paths.mediaWorker !== undefined && { workerScript: paths.mediaWorker }),
    },
  });
  media = () => world.ctx.media;
  opened.push(world.close);
  const listener = await listen(world, () => url, paths);
  opened.push(listener.close);
  url = listener.url;
  const stopping = new AbortController();
  opened.push(async () => {
    stopping.abort();
    world.ctx.changes.drain();
  });
  await startWebhookWorkers(world.ctx, world.boss, stopping.signal);
  await startRenderWorkers(world.ctx, world.boss, 2);

  const account = await makeAccount(world, credits);
  const callerWith = ({ simulate, key = simulate ? account.testKey : account.key }: CallerOptions) =>
    callerOf(world, url, key, simulate);
  return {
    caller: callerWith({}),
    callerWith,
    account,
    key: account.key,
    createAccount: (made = {}) => makeAccount(world, made.credits ?? 1000),
    url,
    picture: `data:image/png;base64,${makePng(64, 48).toString('base64')}`,
    advance: (milliseconds) => {
      world.clock.offset += milliseconds;
    },
    log: world.lines,
  };
}

async function listen(world: World, publicUrl: () => string, { docs }: TestRestagePaths) {
  const options = {
    log: world.ctx.log,
    // The port is known once it listens.
    get publicUrl() {
      return publicUrl();
    },
    maxBodyBytes: 72 * 1024 * 1024,
    corsOrigins: ['*'],
    ready: async () => ({ database: true }),
    ...(docs !== undefined && { docsDirectory: docs }),
  };
  const app = createApp(world.ctx, options);
  const server = createHttpServer(createRequestListener(app, options), publicUrl);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function makeAccount({ ctx }: World, credits: number): Promise<TestAccount> {
  const { id } = await createAccount(ctx, { email: 'someone@example.com', credits });
  const { key } = await createKey(ctx, id, { name: 'test', mode: 'live' });
  const { key: testKey } = await createKey(ctx, id, { name: 'test', mode: 'test' });
  const made = await getOrCreateWebhookSecret(ctx, id);
  if (!made) throw new Error(`account ${id} was made and is not there`);
  return { id, key, testKey, webhookSecret: made.secret };
}

function callerOf({ ctx }: World, publicUrl: string, key: string, simulate: string | undefined): TestCaller {
  return createCaller(() => ({
    ...ctx,
    publicUrl,
    requestId: `req_${crypto.randomUUID()}`,
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    simulate,
    credentials: { apiKey: key, bearer: undefined },
  }));
}
