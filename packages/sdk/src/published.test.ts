import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDoors } from '@restage/api/testing/suite';
import { fixturePath } from '@restage/fixtures';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { buildSdk, pack } from '../build/build.ts';
import { tsc } from '../build/tools.ts';

const execute = promisify(execFile);
const room = fileURLToPath(new URL('..', import.meta.url));
const [program, compiler] = tsc;
const photograph = fixturePath('cat.png');

const project = await mkdtemp(join(tmpdir(), 'restage-installed-'));
afterAll(() => rm(project, { recursive: true }));

const size = await buildSdk();
const installed = join(project, 'node_modules/@restage/sdk');
await mkdir(join(installed, '..'), { recursive: true });
await mkdir(join(project, 'packed'));
await execute('tar', ['xzf', await pack(room, join(project, 'packed')), '-C', project]);
await execute('mv', [join(project, 'package'), installed]);
await writeFile(join(project, 'package.json'), '{ "type": "module" }');

const source = `
import { type Job, Restage, RestageError, safe } from '@restage/sdk';

const restage = new Restage({ maxRetries: 0 });
const run = await restage.run({ source: process.argv[2] ?? '', prompt: 'a beach' }, { pollMs: 50 });
const job: Job = run.job;
const bytes: Uint8Array<ArrayBuffer> = await run.render.bytes();
const missing = await safe(restage.generations.get('swx_1'));
if (missing.ok) throw new Error('there is no such job');
switch (missing.error.code) {
  case 'JOB_NOT_FOUND':
    break;
  case 'INVALID_REQUEST':
  case 'INVALID_API_KEY':
  case 'RATE_LIMIT_EXCEEDED':
  case 'INTERNAL_ERROR':
  case 'CONNECTION_FAILED':
  case 'TIMED_OUT':
  case 'ABORTED':
  case 'UNKNOWN':
    throw missing.error;
  default:
    missing.error satisfies never;
}
// @ts-expect-error the published types know the codes of each procedure
if (missing.error.code === 'INSUFFICIENT_CREDITS') throw new Error();
console.log(JSON.stringify([job.status, bytes.length > 1000, RestageError.isInstance(missing.error)]));
`;
await writeFile(join(project, 'program.ts'), source);

test('the package needs nothing but itself', async () => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  expect(manifest.exports['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
  expect(await readFile(join(installed, 'dist/index.js'), 'utf8')).not.toMatch(/^import /m);
});

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('its types hold in an empty project (module %s, resolution %s)', async (module, moduleResolution) => {
  const options = [
    '--strict',
    '--noEmit',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
  ];
  const types = ['--types', '', '--module', module, '--moduleResolution', moduleResolution];
  const ambient = 'declare const process: { argv: string[] };\n';
  await writeFile(join(project, 'ambient.d.ts'), ambient);
  const checked = execute(program, [compiler, ...options, ...types, 'program.ts', 'ambient.d.ts'], {
    cwd: project,
  });
  await expect(checked.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

test('it is as small as its README says', async () => {
  const readme = await readFile(join(installed, 'README.md'), 'utf8');
  const [, said] = /\((\d+) kB\s+minified and gzipped\)/.exec(readme) ?? [];
  expect(Number(said)).toBe(Math.ceil(size.minifiedGzipped / 1000));
});

test('what its README shows compiles', async () => {
  const readme = await readFile(join(installed, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(4);
  const files = await Promise.all(
    blocks.map(async (block, index) => {
      const file = `readme-${index}.ts`;
      await writeFile(join(project, file), block);
      return file;
    }),
  );
  const roots = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url));
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--skipLibCheck'];
  const types = ['--module', 'nodenext', '--typeRoots', roots, '--types', 'node'];
  const checked = execute(program, [compiler, ...options, ...types, ...files], { cwd: project });
  await expect(checked.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

test('bundlers for browsers take it as it is', async () => {
  const { warnings, outputFiles } = await build({
    stdin: { contents: `export * from '@restage/sdk'`, resolveDir: project },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  expect(warnings).toEqual([]);
  expect(outputFiles[0]?.text).not.toMatch(/require\(|from ['"]node:/);
});

test('it runs against a server', async () => {
  const world = await openDoors();
  const { key } = await world.account();
  const { stdout } = await execute(process.execPath, ['program.ts', photograph], {
    cwd: project,
    env: { RESTAGE_API_KEY: key, RESTAGE_BASE_URL: world.url },
  });
  expect(JSON.parse(stdout)).toEqual(['completed', true, true]);
});
