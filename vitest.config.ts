import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { projects } from './vitest.workspace.ts';

// Every worker, and every server that a test starts, loads the same modules: V8 keeps what it compiled of them.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

export default defineConfig(({ mode }) => {
  if (mode === 'footage' && !process.env.RESTAGE_FOOTAGE) {
    console.error('Set RESTAGE_FOOTAGE to the folder that holds the real footage.');
    process.exit(2);
  }
  if (mode === 'footage' && !process.env.RESTAGE_MODELS) {
    console.error('Set RESTAGE_MODELS to the folder that holds the matte networks.');
    process.exit(2);
  }
  // Tests wait for processes, sockets and disks as much as they compute: one worker more than there are cores.
  return { test: { projects: projects(mode), maxWorkers: availableParallelism() + 1 } };
});
