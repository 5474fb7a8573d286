import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FirstLoad, firstLoadBudget } from './first-load-budget.ts';

const consoleRoot = fileURLToPath(new URL('../', import.meta.url));
const workspaceRoot = join(consoleRoot, '../..');

/** What the built console is made of. */
const sources = [
  'apps/console/build',
  'apps/console/public',
  'apps/console/src',
  'apps/console/index.html',
  'apps/console/package.json',
  'apps/console/vite.config.ts',
  'packages/errors/src',
  'packages/sdk/src',
  'samples',
];

/**
 * Builds the console into `apps/console/dist`.
 * @returns what its first load takes
 * @throws if its scripts don't compile, or exceed the budget
 */
export async function buildConsole(): Promise<FirstLoad> {
  const { build } = await import('vite');
  let firstLoad: FirstLoad | undefined;
  const budget = firstLoadBudget(150_000, (measured) => {
    firstLoad = measured;
  });
  // Vite builds for what NODE_ENV says, which is `test` in the setup of a test.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({ configFile: join(consoleRoot, 'vite.config.ts'), logLevel: 'warn', plugins: [budget] });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  if (!firstLoad) throw new Error('The build has not measured its first load.');
  return firstLoad;
}

/** Builds the console if it isn't built, or if its sources have changed since. @returns whether it was built */
export async function buildConsoleIfStale(): Promise<boolean> {
  const builtAt = await newestChange(join(consoleRoot, 'dist/index.html'));
  const changes = await Promise.all(sources.map((path) => newestChange(join(workspaceRoot, path))));
  if (builtAt > Math.max(...changes)) return false;
  await buildConsole();
  return true;
}

/** When a file, or anything in a folder, was last changed, in milliseconds; 0 if it doesn't exist. */
async function newestChange(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path);
  return Math.max(found.mtimeMs, ...(await Promise.all(names.map((name) => newestChange(join(path, name))))));
}
