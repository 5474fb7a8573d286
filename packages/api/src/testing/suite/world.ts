import { connect } from '@restage/db';
import { testDatabase } from '@restage/db/testing';
import { afterAll } from 'vitest';
import { type WorldOptions as Options, openWorld, type World } from '../world.ts';

export type { LogLine } from '../log-line.ts';

/** A world of a test file's own. */
export type TestWorld = Omit<World, 'close'>;

/** What a test may set otherwise. */
export interface WorldOptions extends Options {
  /** Puts something between the world and its database: gets the database's URL, gives the one to use. */
  readonly databaseUrl?: (url: string) => Promise<string>;
}

/** Builds a world for the calling test file, and takes it down after its last test. */
export async function testWorld({ databaseUrl, ...options }: WorldOptions = {}): Promise<TestWorld> {
  const own = await testDatabase();
  const url = (await databaseUrl?.(own.url)) ?? own.url;
  const connection = url === own.url ? own : connect(url);
  const { close, ...world } = await openWorld(url, connection, options);
  afterAll(async () => {
    await close();
    if (connection !== own) await connection.close();
  });
  return world;
}
