import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './main.ts';

const toPath = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// The bundle's entry. It is in apps/server/dist (or dist-test), and the programs of its child processes are in the same
// folder of their packages.
const folder = basename(dirname(fileURLToPath(import.meta.url)));
await main(process.argv.slice(2), {
  mediaWorker: toPath(`../../../packages/media/${folder}/worker.js`),
  engineWorker: toPath(`../../../packages/engine/${folder}/worker.js`),
  migrations: toPath('../../../packages/db/migrations'),
  docs: toPath('../../../docs'),
  console: toPath('../../console/dist'),
});
