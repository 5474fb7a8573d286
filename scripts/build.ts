import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildConsole, buildConsoleIfStale } from '../apps/console/build/build.ts';
import { buildServer } from '../apps/server/build/build.ts';
import { buildApi } from '../packages/api/build/build.ts';
import { buildErrors, buildSdk, packAndCheck } from '../packages/sdk/build/build.ts';
import { bundle } from '../packages/sdk/build/bundle.ts';
import { buildTesting } from '../packages/testing/build/build.ts';

/** Builds each published package and checks its tarball, or builds the console, and returns a line about it. */
const builds: Readonly<Record<string, () => Promise<string>>> = {
  async errors() {
    await buildErrors();
    return '@restage/errors: no dependencies';
  },
  async sdk() {
    const { bytes, minifiedGzipped } = await buildSdk();
    return `@restage/sdk: ${bytes} bytes, ${minifiedGzipped} minified and gzipped with @restage/errors`;
  },
  async api() {
    await buildApi();
    return '@restage/api: types only';
  },
  async testing() {
    const { bytes } = await buildTesting();
    return `@restage/testing: ${bytes} bytes for a test to load`;
  },
  async cli() {
    const cli = fileURLToPath(new URL('../packages/cli/', import.meta.url));
    await rm(`${cli}dist`, { recursive: true, force: true });
    const output = `${cli}dist/restage.js`;
    // What `restage mcp` needs is loaded on demand, and so in files of its own.
    const { bytes } = await bundle({
      entry: `${cli}src/main.ts`,
      output,
      platform: 'node',
      splitting: true,
    });
    await packAndCheck(cli, 'program');
    const version = execFileSync(process.execPath, [output, '--version'], { encoding: 'utf8' });
    return `@restage/cli: ${bytes} bytes, version ${version.trim()}`;
  },
  async console() {
    const { page, bytes } = await buildConsole();
    return `@restage/console: ${bytes} bytes of gzipped JavaScript at first load (${page})`;
  },
  async server() {
    await buildConsoleIfStale();
    await buildServer();
    return '@restage/server: the programs, the console and the docs';
  },
};

// Run: pnpm build, or pnpm build sdk
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(builds)) {
  const build = builds[name];
  if (!build)
    throw new Error(`Unknown package "${name}". The packages are ${Object.keys(builds).join(', ')}.`);
  console.log(await build());
}
console.log('All packages passed their checks.');
