import { fileURLToPath } from 'node:url';
import { defineProject, type Plugin } from 'vitest/config';

/**
 * The tiers of tests, chosen with vitest's `--mode`:
 *
 * | mode      | runs                                                                             |
 * | --------- | -------------------------------------------------------------------------------- |
 * | `test`    | everything that a clone alone can run, searches in a short form                  |
 * | `unit`    | of these, the tests beside the code in `src`, which need no database and no servers |
 * | `long`    | `*.long.test.ts`, and `*.search.test.ts` in full                                 |
 * | `console` | `*.browser.test.ts`, in Chromium, against a server with the real engine       |
 * | `screenshots` | `*.screenshots.test.ts`, which take the pictures of the docs |
 * | `footage` | `*.footage.test.ts`, on the real footage in the folder that RESTAGE_FOOTAGE names |
 * | `s3`      | `*.s3.test.ts`, on the S3 server of RESTAGE_S3_TEST_ENDPOINT, or a SeaweedFS that the run starts |
 */
const tiers: Readonly<
  Record<string, { include: string[]; exclude?: string[]; env?: Record<string, string> }>
> = {
  test: { include: ['**/*.test.{ts,tsx}'], exclude: ['**/*.{long,footage,browser,screenshots,s3}.test.ts'] },
  unit: {
    include: ['src/**/*.test.{ts,tsx}'],
    exclude: ['**/*.{long,footage,search,browser,screenshots,s3}.test.ts'],
  },
  long: { include: ['**/*.{long,search}.test.ts'], env: { RESTAGE_LONG: '1' } },
  console: { include: ['**/*.browser.test.ts'] },
  screenshots: { include: ['**/*.screenshots.test.ts'] },
  footage: { include: ['**/*.footage.test.ts'] },
  s3: { include: ['**/*.s3.test.ts'] },
};

const globalSetups = {
  /** One PostgreSQL for the whole run; each test file clones a database of its own. */
  database: 'packages/db/test/support/global-setup.ts',
  /** The server's programs, bundled once for the tests that start them. */
  server: 'scripts/server-setup.ts',
  /** The built console. */
  console: 'scripts/console-setup.ts',
  /** A SeaweedFS, in the tier `s3` only. */
  s3: 'packages/storage/test/support/global-setup.ts',
} as const;

/** A package and its tests. */
interface TestPackage {
  readonly name: string;
  readonly root: string;
  /** What its tests need to have been set up. */
  readonly needs?: readonly (keyof typeof globalSetups)[];
  /** Where its tests run. Default: Node.js. */
  readonly environment?: 'happy-dom';
  /** Whether a worker loads modules once for all of its test files: their imports take longer than their tests. */
  readonly sharesModules?: boolean;
}

const packages: readonly TestPackage[] = [
  { name: 'errors', root: 'packages/errors' },
  { name: 'contract', root: 'packages/contract' },
  { name: 'db', root: 'packages/db', needs: ['database'] },
  { name: 'storage', root: 'packages/storage', needs: ['s3'] },
  { name: 'media', root: 'packages/media' },
  { name: 'pixels', root: 'packages/pixels' },
  { name: 'matting', root: 'packages/matting' },
  { name: 'scenes', root: 'packages/scenes' },
  { name: 'engine', root: 'packages/engine' },
  { name: 'core', root: 'packages/core', needs: ['database'], sharesModules: true },
  { name: 'api', root: 'packages/api', needs: ['database'], sharesModules: true },
  { name: 'testing', root: 'packages/testing', needs: ['database'] },
  { name: 'sdk', root: 'packages/sdk', needs: ['database'], sharesModules: true },
  { name: 'cli-kit', root: 'packages/cli-kit' },
  { name: 'cli', root: 'packages/cli', needs: ['database'], sharesModules: true },
  { name: 'server', root: 'apps/server', needs: ['database', 'server', 's3'] },
  { name: 'console', root: 'apps/console', environment: 'happy-dom' },
  { name: 'console-browser', root: 'tests/console', needs: ['server', 'console', 'database'] },
  { name: 'workspace', root: 'scripts', needs: ['server'] },
];

/** Packages resolve as Node.js resolves them by itself, without Vite's condition `development`. */
const plainConditions: Plugin = {
  name: 'plain-conditions',
  configResolved({ ssr }) {
    if (ssr.resolve) ssr.resolve.conditions = [];
  },
};

/** One project a package; `vitest run --project core` runs one of them. */
export function projects(mode: string) {
  // Tools that only read this configuration, such as knip, come with modes of their own, and see every test.
  const tier = tiers[mode] ?? { include: ['**/*.test.{ts,tsx}'] };
  return packages.map(({ name, root, needs = [], environment = 'node', sharesModules = false }) =>
    defineProject({
      plugins: environment === 'node' ? [plainConditions] : [],
      test: {
        name,
        root,
        environment,
        isolate: !sharesModules,
        // Its long tests pack @restage/errors and @restage/sdk, as those of `sdk` do: one after the other.
        sequence: { groupOrder: mode === 'long' && name === 'testing' ? 1 : 0 },
        // Node.js loads the modules itself, as it does for users: calls between modules that Vite has rewritten cost more
        // than the work of a pixel. The console's are TSX, which Node.js can't read.
        experimental: { viteModuleRunner: environment !== 'node', nodeLoader: false },
        include: tier.include,
        exclude: ['**/node_modules/**', '**/dist/**', ...(tier.exclude ?? [])],
        env: tier.env ?? {},
        // A search in full is bounded by its number of cases, not by time.
        testTimeout:
          mode === 'long' ? 600_000 : mode === 'console' || mode === 'screenshots' ? 120_000 : 60_000,
        hookTimeout: 60_000,
        // On a busy machine, what a test waits for takes longer than the second of vitest's default.
        expect: { poll: { timeout: 10_000 } },
        globalSetup:
          mode === 'unit'
            ? []
            : needs
                .filter((need) => need !== 's3' || mode === 's3')
                .map((need) => fileURLToPath(new URL(globalSetups[need], import.meta.url))),
      },
    }),
  );
}
