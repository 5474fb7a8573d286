import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@restage/db/testing';
import { createBucket } from '@restage/storage/testing';
import { expect, inject, test } from 'vitest';
import { getJob, runServer, startJob, usePrograms, waitUntilServing } from './support/programs.ts';

const folder = usePrograms();

/** Lists the files under a host's data directory. */
async function listFiles(host: string): Promise<string[]> {
  const found = await readdir(join(folder(), host), { recursive: true, withFileTypes: true });
  return found.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

test('an api and a worker with nothing in common but a database and a bucket render a job', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const { options, close } = await createBucket(inject('restageS3Endpoint'), 'restage-hosts');
  const runHost = (role: string) =>
    runServer(['serve', '--role', role], {
      DATABASE_URL,
      RESTAGE_DATA_DIR: join(folder(), role),
      RESTAGE_SECRET: 'the same for all processes',
      RESTAGE_S3_BUCKET: options.bucket,
      RESTAGE_S3_ENDPOINT: options.endpoint ?? '',
      RESTAGE_S3_PATH_STYLE: '1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    });
  const api = await waitUntilServing(runHost('api'));
  const worker = await waitUntilServing(runHost('worker'));
  for (const { url } of [api, worker]) {
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ checks: { blobs: true } });
  }
  const id = await startJob(api.url, api.key);
  const job = await getJob(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'completed' });
  const render = await fetch(job.output?.render ?? '');
  expect([render.status, render.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(
    Buffer.from(await render.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  for (const host of ['api', 'worker']) expect(await listFiles(host)).toEqual([]);
  await close();
});
