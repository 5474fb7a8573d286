import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildApi } from '../packages/api/build/build.ts';
import { buildSdk, checkPacked } from '../packages/sdk/build/build.ts';
import { bundle } from '../packages/sdk/build/bundle.ts';

const cli = fileURLToPath(new URL('../packages/cli/', import.meta.url));

/** Builds what is published, checks it as it would be installed, and says how large it is. */
const sdk = await buildSdk();
console.log(`@restage/sdk: ${sdk.bytes} bytes, ${sdk.minifiedGzipped} minified and gzipped`);

const api = await buildApi();
console.log(`@restage/api: ${api.bytes} bytes for a test to load`);

await rm(`${cli}dist`, { recursive: true, force: true });
const program = await bundle({
  entry: `${cli}src/main.ts`,
  output: `${cli}dist/restage.js`,
  platform: 'node',
});
await checkPacked(cli, 'program');
const version = execFileSync(process.execPath, [`${cli}dist/restage.js`, '--version'], { encoding: 'utf8' });
console.log(`@restage/cli: ${program.bytes} bytes, version ${version.trim()}`);
console.log('Packages and types are clean.');
