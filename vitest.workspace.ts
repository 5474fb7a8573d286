import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';

/**
 * The tiers of tests, chosen with vitest's `--mode`:
 *
 * | mode      | runs                                                                             |
 * | --------- | -------------------------------------------------------------------------------- |
 * | `test`    | everything that a clone alone can run, searches in a short form                  |
 * | `unit`    | of these, what needs no database and no servers                                  |
 * | `long`    | `*.long.test.ts`, and `*.search.test.ts` in full                                 |
 * | `footage` | `*.footage.test.ts`, on the real footage in the folder that RESTAGE_FOOTAGE names |
 */
const tiers: Readonly<
  Record<string, { include: string[]; exclude?: string[]; env?: Record<string, string> }>
> = {
  test: { include: ['**/*.test.ts'], exclude: ['**/*.{long,footage}.test.ts'] },
  unit: { include: [], exclude: ['**/*.{long,footage,search}.test.ts', 'test/**'] },
  long: { include: ['**/*.{long,search}.test.ts'], env: { RESTAGE_LONG: '1' } },
  footage: { include: ['**/*.footage.test.ts'] },
};

const globalSetups = {
  /** One PostgreSQL for the whole run; each test file clones a database of its own. */
  database: 'packages/db/test/support/global-setup.ts',
  /** The server's programs, bundled once for the tests that start them. */
  server: 'scripts/server-setup.ts',
} as const;

/** A package and its tests. */
interface TestPackage {
  readonly name: string;
  readonly root: string;
  /** What its tests need to have been set up. */
  readonly needs?: readonly (keyof typeof globalSetups)[];
  /** Those of its tests that need nothing set up; all of them where nothing is needed. */
  readonly unit?: readonly string[];
}

const packages: readonly TestPackage[] = [
  { name: 'errors', root: 'packages/errors' },
  { name: 'contract', root: 'packages/contract' },
  { name: 'db', root: 'packages/db', needs: ['database'] },
  { name: 'storage', root: 'packages/storage' },
  { name: 'media', root: 'packages/media' },
  {
    name: 'engine',
    root: 'packages/engine',
    // Without what starts processes that render.
    unit: ['src/{cog,colour,composite,image,light,math,matte,scene,video,wasm}/**/*'],
  },
  { name: 'core', root: 'packages/core', needs: ['database'], unit: ['src/webhooks/*'] },
  { name: 'api', root: 'packages/api', needs: ['database'] },
  { name: 'testing', root: 'packages/testing', needs: ['database'] },
  {
    name: 'sdk',
    root: 'packages/sdk',
    needs: ['database'],
    unit: ['src/{transport,uploads,webhooks}/*', 'src/generations/generations*', 'src/{call,exact,wire}*'],
  },
  { name: 'cli', root: 'packages/cli', needs: ['database'], unit: [] },
  {
    name: 'server',
    root: 'apps/server',
    needs: ['database', 'server'],
    unit: ['src/settings*'],
  },
  { name: 'workspace', root: 'scripts', needs: ['server'], unit: ['links*'] },
];

/** One project a package; `vitest run --project core` runs one of them. */
export function projects(mode: string) {
  // Tools that only read this configuration, such as knip, come with modes of their own, and see every test.
  const tier = tiers[mode] ?? { include: ['**/*.test.ts'] };
  return packages.map(({ name, root, needs = [], unit = ['**/*'] }) =>
    defineProject({
      test: {
        name,
        root,
        include: mode === 'unit' ? unit.map((path) => `${path}.test.ts`) : tier.include,
        exclude: ['**/node_modules/**', '**/dist/**', ...(tier.exclude ?? [])],
        env: tier.env ?? {},
        // A search in full is bounded by its number of cases, not by time.
        testTimeout: mode === 'long' ? 600_000 : 60_000,
        hookTimeout: 60_000,
        globalSetup:
          mode === 'unit'
            ? []
            : needs.map((need) => fileURLToPath(new URL(globalSetups[need], import.meta.url))),
      },
    }),
  );
}
