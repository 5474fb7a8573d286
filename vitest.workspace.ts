import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';

/**
 * The tiers of tests, chosen with vitest's `--mode`:
 *
 * | mode      | runs                                                                             |
 * | --------- | -------------------------------------------------------------------------------- |
 * | `test`    | everything that a clone alone can run, searches in a short form                  |
 * | `unit`    | of these, what stands beside the code: no database, no servers                   |
 * | `long`    | `*.long.test.ts`, and `*.search.test.ts` in full                                 |
 * | `footage` | `*.footage.test.ts`, on the real footage in the folder that RESTAGE_FOOTAGE names |
 */
const tiers: Readonly<
  Record<string, { include: string[]; exclude?: string[]; env?: Record<string, string> }>
> = {
  test: { include: ['**/*.test.ts'], exclude: ['**/*.{long,footage}.test.ts'] },
  unit: { include: ['**/*.test.ts'], exclude: ['**/*.{long,footage,search}.test.ts', 'test/**'] },
  long: { include: ['**/*.{long,search}.test.ts'], env: { RESTAGE_LONG: '1' } },
  footage: { include: ['**/*.footage.test.ts'] },
};

const globalSetups = {
  /** One PostgreSQL for the whole run; each test file clones a database of its own. */
  database: 'packages/db/src/testing/global-setup.ts',
  /** The server's programs, bundled once for the tests that start them. */
  server: 'scripts/server-setup.ts',
} as const;

/** A package, and what its tests need to have been set up. */
const packages: readonly (readonly [
  name: string,
  root: string,
  needs?: readonly (keyof typeof globalSetups)[],
])[] = [
  ['errors', 'packages/errors'],
  ['contract', 'packages/contract'],
  ['db', 'packages/db', ['database']],
  ['storage', 'packages/storage'],
  ['media', 'packages/media'],
  ['engine', 'packages/engine'],
  ['core', 'packages/core', ['database']],
  ['api', 'packages/api', ['database']],
  ['sdk', 'packages/sdk', ['database']],
  ['cli', 'packages/cli', ['database']],
  ['server', 'apps/server', ['database', 'server']],
  ['workspace', 'scripts', ['server']],
];

/** One project a package; `vitest run --project core` runs one of them. */
export function projects(mode: string) {
  // Tools that only read this configuration, such as knip, come with modes of their own, and see every test.
  const tier = tiers[mode] ?? { include: ['**/*.test.ts'] };
  return packages.map(([name, root, needs = []]) =>
    defineProject({
      test: {
        name,
        root,
        include: tier.include,
        exclude: ['**/node_modules/**', '**/dist/**', ...(tier.exclude ?? [])],
        env: tier.env ?? {},
        testTimeout: 60_000,
        hookTimeout: 60_000,
        globalSetup: needs.map((need) => fileURLToPath(new URL(globalSetups[need], import.meta.url))),
      },
    }),
  );
}
