import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serveSamples } from './build/samples.ts';

/** The server that `pnpm dev:console` shows: everything but the console's own sources comes from it. */
const server = process.env.RESTAGE_BASE_URL ?? 'http://127.0.0.1:8787';
const fromServer = ['/trpc', '/files', '/docs', '/errors', '/healthz', '/console/session'];

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react(), tailwind(), serveSamples()],
  build: {
    // An inlined file would be a data: URL, which the content security policy forbids for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // The packages with code in the console, with their licences, as these demand.
    license: { fileName: 'licenses.txt' },
  },
  server: { proxy: Object.fromEntries(fromServer.map((path) => [path, { target: server }])) },
});
