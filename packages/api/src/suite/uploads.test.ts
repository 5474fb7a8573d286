import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Upload } from '@restage/contract';
import { uploads } from '@restage/db';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng, reserve } from './footage.ts';

const limit = 100_000;
const world = await openDoors({ work: false, settings: { maxUploadBytes: limit } });
const [door] = world.doors;
if (!door) throw new Error('no doors');
const { key } = await world.account();

/** Every file below the blob store. */
async function files(): Promise<string[]> {
  const entries = await readdir(join(world.directory, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const row = async ({ id }: Upload) =>
  (await world.ctx.db.select().from(uploads).where(eq(uploads.id, id)))[0];

test('an upload over the limit is PAYLOAD_TOO_LARGE, declared or not, and leaves nothing', async () => {
  const upload = await reserve(door, key, 'a.png');
  const declared = await fetch(upload.upload_url, { method: 'PUT', body: new Uint8Array(limit + 1) });
  expect([declared.status, await declared.json()]).toMatchObject([
    413,
    { error: { code: 'PAYLOAD_TOO_LARGE' } },
  ]);
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
  });
  const streaming: RequestInit & { duplex: 'half' } = { method: 'PUT', body: stream, duplex: 'half' };
  const undeclared = await fetch(upload.upload_url, streaming);
  expect([undeclared.status, await undeclared.json()]).toMatchObject([
    413,
    { error: { code: 'PAYLOAD_TOO_LARGE' } },
  ]);
  expect(await files()).toEqual([]);
  expect(await row(upload)).toMatchObject({ receivedAt: null, bytes: null });
  expect((await fetch(upload.upload_url, { method: 'PUT', body: new Uint8Array(limit) })).status).toBe(200);
});

test('a PUT that breaks off leaves what was there before', async () => {
  const upload = await reserve(door, key, 'a.png');
  await fetch(upload.upload_url, { method: 'PUT', body: 'the first bytes' });
  const before = await files();
  const broken = request(upload.upload_url, { method: 'PUT', headers: { 'content-length': '50000' } });
  broken.on('error', () => {
    // Destroyed by us.
  });
  broken.write(new Uint8Array(20_000));
  await new Promise((resolve) => setTimeout(resolve, 200));
  broken.destroy();
  await expect.poll(files).toEqual(before);
  expect(await row(upload)).toMatchObject({ bytes: 15 });
});

test('once a job has used an upload, its bytes can’t be replaced', async () => {
  const upload = await reserve(door, key, 'a.png');
  const put = () => fetch(upload.upload_url, { method: 'PUT', body: blackPng(64, 48) });
  expect([(await put()).status, (await put()).status]).toEqual([200, 200]);
  const sent = {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: upload.beeble_uri,
    prompt: 'noon',
  };
  expect(await door.call('generations.start', sent, key)).toMatchObject({ ok: true });
  const late = await put();
  expect([late.status, await late.json()]).toMatchObject([403, { error: { code: 'INVALID_SIGNATURE' } }]);
  // It can be used again.
  expect(await door.call('generations.start', sent, key)).toMatchObject({ ok: true });
});

test('a filename with every kind of harmless character comes back in a URI that works', async () => {
  for (const filename of ['shot 1 (final)#2.png', 'été & 写真.PNG', "it's+50.png"]) {
    const upload = await reserve(door, key, filename);
    await fetch(upload.upload_url, { method: 'PUT', body: blackPng(64, 48) });
    const sent = {
      generation_type: 'image',
      alpha_mode: 'fill',
      source_uri: upload.beeble_uri,
      prompt: 'noon',
    };
    expect(await door.call('generations.start', sent, key)).toMatchObject({ ok: true });
  }
});
