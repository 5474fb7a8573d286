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
import type { Media } from '@restage/media';
import { makePng } from '@restage/media/testing';
import { createTestCaller } from './server/caller.ts';
import { fakeEngine } from './server/fake-engine.ts';
import { serve } from './server/serve.ts';
import { openServices, type Services } from './server/services.ts';
import type { CallerOptions, TestAccount, TestRestage, TestRestageOptions } from './test-restage.ts';

/** Files that a bundle can't include: the scripts of child processes, and the guides. */
export interface TestRestagePaths {
  readonly mediaWorker?: string;
  readonly docs?: string;
  /** Creates the real engine. */
  readonly compositor: () => Engine;
}

/** Opens a {@link TestRestage}. If a step fails, closes what the earlier steps opened. */
export async function openTestRestage(
  options: TestRestageOptions,
  paths: TestRestagePaths,
): Promise<TestRestage> {
  const cleanups: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const restage = await build(options, paths, cleanups);
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
  { credits = 1000, engine = 'fake', settings, allowPrivateNetwork = true }: TestRestageOptions,
  paths: TestRestagePaths,
  cleanups: (() => Promise<unknown>)[],
): Promise<Omit<TestRestage, 'close' | typeof Symbol.asyncDispose>> {
  const database = await temporaryDatabase();
  cleanups.push(database.drop);
  const connection = connect(database.url, { name: 'restage-test' });
  cleanups.push(connection.close);

  let url = '';
  let media: Media | undefined;
  const getMedia = () => {
    if (!media) throw new Error('A render started before the services were open.');
    return media;
  };
  const engines = { fake: () => fakeEngine(getMedia), compositor: paths.compositor };
  const services = await openServices(database.url, connection, {
    engine: typeof engine === 'string' ? engines[engine]() : engine,
    publicUrl: () => url,
    settings: { ...settings, allowPrivateNetwork },
    media: {
      allowPrivateNetwork,
      ...(paths.mediaWorker !== undefined && { workerScript: paths.mediaWorker }),
    },
  });
  media = services.ctx.media;
  cleanups.push(services.close);
  const server = await serve(services.ctx, {
    // The port is known only once the server listens.
    publicUrl: () => url,
    corsOrigins: ['*'],
    ...(paths.docs !== undefined && { docsDirectory: paths.docs }),
  });
  cleanups.push(server.close);
  url = server.url;
  const stopping = new AbortController();
  cleanups.push(async () => {
    stopping.abort();
    services.ctx.changes.drain();
  });
  await startWebhookWorkers(services.ctx, services.boss, stopping.signal);
  await startRenderWorkers(services.ctx, services.boss, 2);

  const account = await createTestAccount(services, credits);
  const callerWith = ({ simulate, key = simulate ? account.testKey : account.key }: CallerOptions) =>
    createTestCaller(services.ctx, { publicUrl: url, key, simulate });
  return {
    caller: callerWith({}),
    callerWith,
    account,
    key: account.key,
    createAccount: (options = {}) => createTestAccount(services, options.credits ?? 1000),
    url,
    picture: `data:image/png;base64,${makePng(64, 48).toString('base64')}`,
    advanceClock: (milliseconds) => {
      services.clock.offset += milliseconds;
    },
    log: services.lines,
  };
}

async function createTestAccount({ ctx }: Services, credits: number): Promise<TestAccount> {
  const { id } = await createAccount(ctx, { email: 'someone@example.com', credits });
  const { key } = await createKey(ctx, id, { name: 'test', mode: 'live' });
  const { key: testKey } = await createKey(ctx, id, { name: 'test', mode: 'test' });
  const signing = await getOrCreateWebhookSecret(ctx, id);
  if (!signing) throw new Error(`The new account ${id} was not found.`);
  return { id, key, testKey, webhookSecret: signing.secret };
}
