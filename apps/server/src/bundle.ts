import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// What V8 has compiled is kept for the next start. Where that can't be written, it compiles each time.
enableCompileCache(beside('.cache'));
const { main } = await import('./main.ts');

// The bundle's entry: it stands in apps/server/dist, and its child processes in the rooms they belong to.
await main(process.argv.slice(2), {
  mediaWorker: beside('../../../packages/media/dist/worker.js'),
  engineWorker: beside('../../../packages/engine/dist/worker.js'),
  migrations: beside('../../../packages/db/migrations'),
  docs: beside('../../../docs'),
});

// Kept now, before V8 forgets what only a start runs; by itself it would be kept as the process ends.
flushCompileCache();
