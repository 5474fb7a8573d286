import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { Restage } from '@restage/sdk';
import { build } from 'esbuild';
import { createBackend } from './backend.ts';

const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Bundles the page's module with the SDK for browsers.
const { outputFiles } = await build({
  entryPoints: [resolvePath('../page/page.ts')],
  bundle: true,
  format: 'esm',
  write: false,
});
const page = {
  html: await readFile(resolvePath('../page/index.html'), 'utf8'),
  script: outputFiles[0]?.text ?? '',
};

// Reads RESTAGE_API_KEY and RESTAGE_BASE_URL. The key stays in this process.
const app = createBackend(new Restage(), page);
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3001), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`Open http://127.0.0.1:${port}`);
});
