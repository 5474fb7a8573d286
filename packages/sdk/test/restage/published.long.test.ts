import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { buildErrors, buildSdk, pack } from '../../build/build.ts';
import { tsc } from '../../build/tools.ts';

const execute = promisify(execFile);
const sdkDirectory = fileURLToPath(new URL('../..', import.meta.url));
const [program, compiler] = tsc;
const imagePath = fixturePath('cat.png');

const project = await mkdtemp(join(tmpdir(), 'restage-installed-'));
afterAll(() => rm(project, { recursive: true }));

await buildErrors();
const size = await buildSdk();
const scopeDirectory = join(project, 'node_modules/@restage');
const installedSdk = join(scopeDirectory, 'sdk');
await mkdir(scopeDirectory, { recursive: true });
await install('errors');
await install('sdk');
await writeFile(join(project, 'package.json'), '{ "type": "module" }');

/** Packs a package and unpacks it into node_modules, as npm does. */
async function install(name: 'errors' | 'sdk'): Promise<void> {
  const destination = join(project, `packed-${name}`);
  await mkdir(destination);
  await execute('tar', ['xzf', await pack(join(sdkDirectory, '..', name), destination), '-C', destination]);
  await rename(join(destination, 'package'), join(scopeDirectory, name));
}

const source = `
import { catalog } from '@restage/errors';
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
// @ts-expect-error generations.get never fails with INSUFFICIENT_CREDITS
if (missing.error.code === 'INSUFFICIENT_CREDITS') throw new Error();
const saved = await safe(run.render.save(''));
// @ts-expect-error save never fails with JOB_NOT_FOUND
if (saved.error?.code === 'JOB_NOT_FOUND') throw new Error();
for await (const result of safe(restage.generations.list())) {
  // @ts-expect-error generations.list never fails with JOB_NOT_FOUND
  if (result.error?.code === 'JOB_NOT_FOUND') throw new Error();
}
if (saved.error?.code !== 'FILE_FAILED') throw new Error(catalog[missing.error.code].meaning);
console.log(JSON.stringify([job.status, bytes.length > 1000, RestageError.isInstance(missing.error)]));
`;
await writeFile(join(project, 'program.ts'), source);

test('@restage/sdk depends on @restage/errors of the same version, and on nothing else', async () => {
  const manifest = JSON.parse(await readFile(join(installedSdk, 'package.json'), 'utf8'));
  expect(manifest.dependencies).toEqual({ '@restage/errors': `^${manifest.version}` });
  expect(manifest.exports['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
  const program = await readFile(join(installedSdk, 'dist/index.js'), 'utf8');
  const imports = [...program.matchAll(/^import [^"]*"([^"]+)";$/gm)].map(([, from]) => from);
  expect([...new Set(imports)]).toEqual(['@restage/errors']);
});

test('@restage/errors has no dependencies, and exports ./trpc separately', async () => {
  const manifest = JSON.parse(await readFile(join(scopeDirectory, 'errors/package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('private');
  expect(manifest).not.toHaveProperty('dependencies');
  expect(Object.keys(manifest.exports)).toEqual(['.', './trpc', './package.json']);
  const program =
    "import { getProcedureError } from '@restage/errors/trpc'; console.log(getProcedureError({}));";
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', program], {
    cwd: project,
  });
  expect(stdout).toBe('undefined\n');
});

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])(
  'the published types compile in an empty project (module %s, resolution %s)',
  async (module, moduleResolution) => {
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
  },
);

test('the bundle is as small as the README says', async () => {
  const readme = await readFile(join(installedSdk, 'README.md'), 'utf8');
  const [, stated] = /(\d+) kB\s+minified and gzipped/.exec(readme) ?? [];
  expect(Number(stated)).toBe(Math.ceil(size.minifiedGzipped / 1000));
});

test('the code blocks of the README compile', async () => {
  const readme = await readFile(join(installedSdk, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(4);
  const files = await Promise.all(
    blocks.map(async (block, index) => {
      const file = `readme-${index}.ts`;
      await writeFile(join(project, file), block);
      return file;
    }),
  );
  const roots = fileURLToPath(new URL('../../../../node_modules/@types', import.meta.url));
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--skipLibCheck'];
  const types = ['--module', 'nodenext', '--typeRoots', roots, '--types', 'node'];
  const checked = execute(program, [compiler, ...options, ...types, ...files], { cwd: project });
  await expect(checked.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

test('esbuild bundles the package for browsers without warnings', async () => {
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

test('the published package runs against a server', async () => {
  const services = await openTransports();
  const { key } = await services.account();
  const { stdout } = await execute(process.execPath, ['program.ts', imagePath], {
    cwd: project,
    env: { RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url },
  });
  expect(JSON.parse(stdout)).toEqual(['completed', true, true]);
});
