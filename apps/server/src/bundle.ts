import { enableCompileCache, flushCompileCache } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// What V8 has compiled is kept for the next start. Where that can't be written, it compiles each time.
enableCompileCache(beside('.cache'));
const { main } = await import('./main.ts');

// The bundle's entry: it stands in apps/server/dist (or dist-test), and its child processes in the same folder of the
// packages they belong to.
const folder = basename(dirname(fileURLToPath(import.meta.url)));
await main(process.argv.slice(2), {
  mediaWorker: beside(`../../../packages/media/${folder}/worker.js`),
  engineWorker: beside(`../../../packages/engine/${folder}/worker.js`),
  migrations: beside('../../../packages/db/migrations'),
  docs: beside('../../../docs'),
});

// Kept now, before V8 forgets what only a start runs; by itself it would be kept as the process ends.
flushCompileCache();
