import { fileURLToPath } from 'node:url';
import { main } from './main.ts';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The bundle's entry: it stands in apps/server/dist, and its child processes in the rooms they belong to.
await main(process.argv.slice(2), {
  mediaWorker: beside('../../../packages/media/dist/worker.js'),
  engineWorker: beside('../../../packages/engine/dist/worker.js'),
  migrations: beside('../../../packages/db/migrations'),
  docs: beside('../../../docs'),
});
