import { buildConsoleIfStale } from '../apps/console/build/build.ts';

/** Vitest's global setup for tests that open the console. */
export default async function setup(): Promise<void> {
  await buildConsoleIfStale();
}
