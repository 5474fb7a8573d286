import { defineProject } from 'vitest/config';

const project = (name: string, root: string) =>
  defineProject({ test: { name, root, include: ['src/**/*.test.ts'] } });

/** One project a room; `vitest run --project core` runs one of them. */
export default [
  project('errors', 'packages/errors'),
  project('contract', 'packages/contract'),
  project('db', 'packages/db'),
  project('storage', 'packages/storage'),
  project('media', 'packages/media'),
  project('engine', 'packages/engine'),
  project('core', 'packages/core'),
  project('api', 'packages/api'),
  project('sdk', 'packages/sdk'),
  project('server', 'apps/server'),
];
