#!/usr/bin/env node
import { fileURLToPath } from 'node:url';

const toPath = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const [major = '0'] = process.versions.node.split('.');

// The published package's entry, bundled into its dist/server. npm only warns about an old Node, on which renders fail.
if (Number(major) < 24) {
  process.stderr.write(
    `Restage needs Node 24 or later; this is Node ${process.versions.node}. Install it from https://nodejs.org, or run: npx -p node@24 -p @restage/server restage-server\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./main.ts');
  const args = process.argv.slice(2);
  // `npx @restage/server` alone serves.
  await main(args.length === 0 ? ['serve'] : args, {
    mediaWorker: toPath('../media/worker.js'),
    engineWorker: toPath('../engine/worker.js'),
    migrations: toPath('../migrations'),
    samples: toPath('../samples'),
    docs: toPath('../docs'),
    console: toPath('../console'),
  });
}
