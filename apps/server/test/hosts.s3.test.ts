import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '@restage/contract';
import { testDatabase } from '@restage/db/testing';
import type { S3StoreOptions } from '@restage/storage';
import { createBucket } from '@restage/storage/testing';
import { expect, inject, test } from 'vitest';
import {
  getJob,
  type Program,
  runServer,
  startJob,
  usePrograms,
  waitUntilServing,
} from './support/programs.ts';

const folder = usePrograms();

/** Runs a server as a host of its own: it shares the database, the bucket and the secret with the others, and nothing else. */
function runHost(role: 'api' | 'worker', name: string, databaseUrl: string, bucket: S3StoreOptions): Program {
  return runServer(['serve', '--role', role], {
    DATABASE_URL: databaseUrl,
    RESTAGE_DATA_DIR: join(folder(), name),
    RESTAGE_SECRET: 'the same for all processes',
    RESTAGE_S3_BUCKET: bucket.bucket,
    RESTAGE_S3_ENDPOINT: bucket.endpoint ?? '',
    RESTAGE_S3_PATH_STYLE: '1',
    RESTAGE_CONCURRENCY: '100',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  });
}

/** Lists the files under a host's data directory. */
async function listFiles(host: string): Promise<string[]> {
  const found = await readdir(join(folder(), host), { recursive: true, withFileTypes: true });
  return found.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

test('an api and a worker with nothing in common but a database and a bucket render a job', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const { options, close } = await createBucket(inject('restageS3Endpoint'), 'restage-hosts');
  const api = await waitUntilServing(runHost('api', 'api', DATABASE_URL, options));
  const worker = await waitUntilServing(runHost('worker', 'worker', DATABASE_URL, options));
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

interface Host {
  readonly url: string;
  readonly key: string;
}

/** Uploads a sample through one server. @returns its URI */
async function upload({ url, key }: Host, sample: string): Promise<string> {
  const bytes = await readFile(new URL(`../../../samples/${sample}`, import.meta.url));
  const created = await fetch(`${url}/v1/uploads`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ filename: sample }),
  });
  const { upload_url, beeble_uri } = (await created.json()) as { upload_url: string; beeble_uri: string };
  expect((await fetch(upload_url, { method: 'PUT', body: bytes })).status).toBe(200);
  return beeble_uri;
}

async function startWith({ url, key }: Host, request: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${url}/v1/switchx/generations`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify(request),
  });
  const job = (await response.json()) as Job;
  expect(response.status, JSON.stringify(job)).toBe(200);
  return job.id;
}

/** Waits for a job and downloads its outputs. @returns their SHA-256 */
async function hashOutputs({ url, key }: Host, id: string): Promise<Record<string, string>> {
  const job = await getJob(url, key, id, 60);
  expect(job).toMatchObject({ status: 'completed' });
  const hashes: Record<string, string> = {};
  for (const [name, output] of Object.entries(job.output ?? {})) {
    const response = await fetch(output);
    expect(response.status).toBe(200);
    hashes[name] = createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  }
  return hashes;
}

/** The jobs that a worker has rendered, by its log. */
const listRendered = (worker: Program): string[] =>
  worker
    .log()
    .split('\n')
    .filter((line) => line.includes('job_attempt_ended') && line.includes('"rendered"'))
    .map((line) => JSON.parse(line).generationId);

test('two apis and four workers over one database and one bucket render byte for byte what a single process does', async () => {
  const image = { generation_type: 'image', alpha_mode: 'auto', prompt: 'golden hour on a beach', seed: 7 };
  const video = { ...image, generation_type: 'video', alpha_mode: 'fill', max_resolution: 720 };

  const alone = runServer(['serve']);
  const single = await waitUntilServing(alone);
  const expected = new Map<object, Record<string, string>>();
  for (const [request, sample] of [
    [image, 'subject.jpg'],
    [video, 'shot.mp4'],
  ] as const) {
    const source_uri = await upload(single, sample);
    expected.set(request, await hashOutputs(single, await startWith(single, { ...request, source_uri })));
  }
  alone.child.kill('SIGTERM');
  await alone.exit;

  const { url: DATABASE_URL } = await testDatabase();
  const { options, close } = await createBucket(inject('restageS3Endpoint'), 'restage-fleet');
  const first = await waitUntilServing(runHost('api', 'api-1', DATABASE_URL, options));
  const second = {
    ...(await waitUntilServing(runHost('api', 'api-2', DATABASE_URL, options))),
    key: first.key,
  };
  const workers = [1, 2, 3, 4].map((n) => runHost('worker', `worker-${n}`, DATABASE_URL, options));
  await Promise.all(workers.map(waitUntilServing));

  // Uploaded through one api, started through the other, read through both.
  const still = { ...image, source_uri: await upload(first, 'subject.jpg') };
  const shot = { ...video, source_uri: await upload(second, 'shot.mp4') };
  const shotId = await startWith(first, shot);
  const ids: string[] = [];
  while (workers.some((worker) => listRendered(worker).length === 0)) {
    const batch = await Promise.all([1, 2, 3, 4].map(() => startWith(second, still)));
    ids.push(...batch);
    for (const [index, id] of batch.entries()) {
      expect(await hashOutputs(index % 2 === 0 ? first : second, id)).toEqual(expected.get(image));
    }
  }
  expect(await hashOutputs(second, shotId)).toEqual(expected.get(video));
  // A worker logs an attempt after it has completed the job.
  await expect.poll(() => workers.flatMap(listRendered).toSorted()).toEqual([...ids, shotId].toSorted());
  await close();
}, 300_000);
