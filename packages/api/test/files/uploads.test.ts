import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Upload } from '@restage/contract';
import { uploads } from '@restage/db';
import { openTransports } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { blackPng, createUpload } from '../support/uploads.ts';

const limit = 100_000;
const server = await openTransports({ work: false, settings: { maxUploadBytes: limit } });
const [transport] = server.transports;
const { key } = await server.account();

/** Lists all files of the blob store. */
async function listFiles(): Promise<string[]> {
  const entries = await readdir(join(server.directory, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const readUpload = async ({ id }: Upload) =>
  (await server.ctx.db.select().from(uploads).where(eq(uploads.id, id)))[0];

test('PUT of an upload over the limit is PAYLOAD_TOO_LARGE, with or without content-length, and leaves no file', async () => {
  const upload = await createUpload(transport, key, 'a.png');
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
  expect(await listFiles()).toEqual([]);
  expect(await readUpload(upload)).toMatchObject({ receivedAt: null, bytes: null });
  expect((await fetch(upload.upload_url, { method: 'PUT', body: new Uint8Array(limit) })).status).toBe(200);
});

test('PUT of an upload that is aborted keeps the previous bytes', async () => {
  const upload = await createUpload(transport, key, 'a.png');
  await fetch(upload.upload_url, { method: 'PUT', body: 'the first bytes' });
  const before = await listFiles();
  const broken = request(upload.upload_url, { method: 'PUT', headers: { 'content-length': '50000' } });
  broken.on('error', () => {
    // Destroyed by us.
  });
  broken.write(new Uint8Array(20_000));
  await new Promise((resolve) => setTimeout(resolve, 200));
  broken.destroy();
  await expect.poll(listFiles).toEqual(before);
  expect(await readUpload(upload)).toMatchObject({ bytes: 15 });
});

test('PUT of an upload that a job has used fails, and keeps its bytes', async () => {
  const upload = await createUpload(transport, key, 'a.png');
  const put = () => fetch(upload.upload_url, { method: 'PUT', body: blackPng(64, 48) });
  expect([(await put()).status, (await put()).status]).toEqual([200, 200]);
  const sent = {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: upload.beeble_uri,
    prompt: 'noon',
  };
  expect(await transport.call('generations.start', sent, key)).toMatchObject({ ok: true });
  const late = await put();
  expect([late.status, await late.json()]).toMatchObject([403, { error: { code: 'INVALID_SIGNATURE' } }]);
  // It can be used again.
  expect(await transport.call('generations.start', sent, key)).toMatchObject({ ok: true });
});

test('an upload whose filename has unusual characters has a valid URI', async () => {
  for (const filename of ['shot 1 (final)#2.png', 'été & 写真.PNG', "it's+50.png"]) {
    const upload = await createUpload(transport, key, filename);
    await fetch(upload.upload_url, { method: 'PUT', body: blackPng(64, 48) });
    const sent = {
      generation_type: 'image',
      alpha_mode: 'fill',
      source_uri: upload.beeble_uri,
      prompt: 'noon',
    };
    expect(await transport.call('generations.start', sent, key)).toMatchObject({ ok: true });
  }
});
