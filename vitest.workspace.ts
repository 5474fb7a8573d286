import { defineProject } from 'vitest/config';

/** One project a room; `vitest run --project core` runs one of them. */
const project = (name: string, root: string, setup: { database?: boolean } = {}) =>
  defineProject({
    test: {
      name,
      root,
      include: ['**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      // Real processes, sockets and databases, on machines that may be busy: CI tries a failed test once more, and says so.
      retry: process.env.CI ? 1 : 0,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // One PostgreSQL for the whole run; each test file clones a database of its own.
      ...(setup.database && {
        globalSetup: [new URL('packages/db/src/testing/global-setup.ts', import.meta.url).pathname],
      }),
    },
  });

export default [
  project('errors', 'packages/errors'),
  project('contract', 'packages/contract'),
  project('db', 'packages/db', { database: true }),
  project('storage', 'packages/storage'),
  project('media', 'packages/media'),
  project('engine', 'packages/engine'),
  project('core', 'packages/core', { database: true }),
  project('api', 'packages/api', { database: true }),
  project('sdk', 'packages/sdk', { database: true }),
  project('cli', 'packages/cli', { database: true }),
  project('server', 'apps/server', { database: true }),
  project('workspace', 'scripts'),
];
