import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { isFilename } from '@restage/contract';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Footage, safe } from '../index.ts';
import { hurried, json, serve, succeed } from '../testing/server.ts';
import { prepareFootage } from './footage.ts';
import { toUploadName } from './upload-name.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('put', () => {
  test('sends the bytes and their length, and no key', async () => {
    const { url, received } = await serve((response) => response.end());
    await hurried(url).uploads.put({ upload_url: `${url}/files/a?signature=b` }, png);
    const [{ request, body } = {}] = received;
    expect(body).toEqual(Buffer.from(png));
    expect(request).toMatchObject({ method: 'PUT', url: '/files/a?signature=b' });
    expect(request?.headers).toMatchObject({ 'content-length': '12' });
    expect(request?.headers).not.toHaveProperty('x-api-key');
  });

  test('tells how far it is, and still sends the length', async () => {
    const { url, received } = await serve((response) => response.end());
    const seen: number[] = [];
    const large = new Uint8Array(1_000_000).fill(7);
    await hurried(url).uploads.put({ upload_url: url }, large, { onProgress: ({ sent }) => seen.push(sent) });
    expect(received[0]?.body).toEqual(Buffer.from(large));
    expect(received[0]?.request.headers).toMatchObject({ 'content-length': '1000000' });
    expect(received[0]?.request.headers).not.toHaveProperty('transfer-encoding');
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1_000_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(5);
  });

  test.each([false, true])('starts again after a dropped connection (progress: %s)', async (progress) => {
    const { url, received } = await serve((response, _, nth) =>
      nth === 1 ? response.destroy() : response.end(),
    );
    const seen: number[] = [];
    await hurried(url).uploads.put(
      { upload_url: url },
      png,
      progress ? { onProgress: ({ sent }) => seen.push(sent) } : {},
    );
    expect(received.map(({ body }) => body.length)).toEqual([12, 12]);
    if (progress) expect(seen.filter((sent) => sent === 0)).toHaveLength(2);
  });

  test('fails with the envelope’s code, which is not tried again', async () => {
    const { url, received } = await serve((response) =>
      json(
        response,
        403,
        { error: { code: 'INVALID_SIGNATURE', message: 'expired' } },
        { 'x-request-id': 'req_9', link: '<http://docs.test/errors#INVALID_SIGNATURE>; rel="help"' },
      ),
    );
    const result = await safe(hurried(url).uploads.put({ upload_url: url }, png));
    expect(result.error).toMatchObject({
      code: 'INVALID_SIGNATURE',
      message: 'expired',
      status: 403,
      requestId: 'req_9',
      docUrl: 'http://docs.test/errors#INVALID_SIGNATURE',
      retryable: false,
    });
    expect(received).toHaveLength(1);
  });

  test('keeps signatures out of its messages', async () => {
    const { url } = await serve((response) => response.destroy());
    const result = await safe(
      hurried(url, { maxRetries: 0 }).uploads.put({ upload_url: `${url}/a?signature=b` }, png),
    );
    expect(result.error?.message).toContain(`${url}/a`);
    expect(result.error?.message).not.toContain('signature');
  });

  test('ends at once on abort', async () => {
    const { url } = await serve(() => {});
    const signal = AbortSignal.timeout(50);
    const result = await safe(hurried(url).uploads.put({ upload_url: url }, png, { signal }));
    expect(result.error?.code).toBe('ABORTED');
  });
});

/** Footage that can be made ready. */
async function prepared(footage: Footage) {
  const outcome = await prepareFootage(footage);
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

describe('footage', () => {
  test.each([
    ['beeble://uploads/upload_1/cat.png', 'image'],
    ['https://a.test/clip.MP4?size=2', 'video'],
    ['http://127.0.0.1/cat', undefined],
    ['data:video/mp4;base64,AAAA', 'video'],
    ['data:image/png;base64,AAAA', 'image'],
  ])('%s is passed on as it is', async (uri, type) => {
    expect(await prepared(uri)).toEqual({ uri, type });
    if (uri.startsWith('http')) expect(await prepared(new URL(uri))).toEqual({ uri, type });
  });

  test.each([
    [png, 'footage.png', 'image'],
    [bytesOf('\xff\xd8\xff\xe0'), 'footage.jpg', 'image'],
    [bytesOf('RIFF\0\0\0\0WEBPVP8 '), 'footage.webp', 'image'],
    [bytesOf('\0\0\0\x18ftypisom'), 'footage.mp4', 'video'],
    [bytesOf('\0\0\0\x14ftypqt  '), 'footage.mov', 'video'],
    [bytesOf('\0\0\0\x08wide\0\0'), 'footage.mov', 'video'],
    [bytesOf('hello'), 'footage', undefined],
    [new Uint8Array(), 'footage', undefined],
  ])('bytes without a name are named after what they are (%#)', async (bytes, filename, type) => {
    expect(await prepared(bytes)).toMatchObject({ filename, type });
    expect(await prepared(bytes.buffer)).toMatchObject({ filename, type });
    expect(await prepared(new Blob([bytes]))).toMatchObject({ filename, type });
    const stream = new Blob([bytes]).stream();
    expect(await prepared(stream)).toMatchObject({ filename, type });
  });

  test('a file keeps its name, and what it is counts more than what it is called', async () => {
    expect(await prepared(new File([png], 'cat.mp4'))).toMatchObject({
      filename: 'cat.mp4',
      type: 'image',
    });
    expect(await prepared(new File([png], 'cat.backup'))).toMatchObject({ filename: 'cat.png' });
    expect(await prepared(new File(['?'], 'cat.webp'))).toMatchObject({ type: 'image' });
  });

  test.each([
    ['100%.png', '100-.png'],
    ['what? "this": <that>|*.png', 'what- -this- -that-.png'],
    ['…and then.webp', '-and then.webp'],
    ['a..b...PNG', 'a.b.PNG'],
    ['.png', 'footage.png'],
    [' .hidden .png', 'hidden.png'],
    ['a\u200bb\u0000.jpeg', 'a-b-.jpeg'],
    ['写真 1 (final) – été 🌅.mp4', '写真 1 (final) – été 🌅.mp4'],
    [`${'🌅'.repeat(300)}.mp4`, `${'🌅'.repeat(251)}.mp4`],
  ])('a file called %j is uploaded as %j', async (name, filename) => {
    expect(await prepareFootage(new File(['?'], name))).toMatchObject({ ok: true, value: { filename } });
    expect(isFilename(filename)).toBe(true);
  });

  test('whatever a file is called, it has a name that the server takes, and keeps one that it does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (stem) => {
        const name = toUploadName(stem, '.jpeg');
        expect(isFilename(name)).toBe(true);
        if (isFilename(`${stem}.jpeg`)) expect(name).toBe(`${stem}.jpeg`);
      }),
    );
  });

  test('a path, and a file URL, are read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'restage-sdk-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'a cat.png');
    await writeFile(path, png);
    for (const footage of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      const made = await prepared(footage);
      if (!('blob' in made)) throw new Error('it was taken for a URI');
      expect(made).toMatchObject({ filename: 'a cat.png', type: 'image' });
      expect(new Uint8Array(await made.blob.arrayBuffer())).toEqual(png);
    }
    expect((await prepareFootage(directory)).error?.code).toBe('FILE_FAILED');
  });
});

describe('a stream', () => {
  const chunks = [png.subarray(0, 5), png.subarray(5)];

  test.each<[string, () => Footage]>([
    ['of the web', () => new Blob(chunks).stream()],
    ['of Node', () => Readable.from(chunks)],
    [
      'that is a generator',
      async function* () {
        yield* chunks;
      },
    ],
  ])('%s is read once, and sent again after a dropped connection', async (_, footage) => {
    const { url, received } = await serve((response, { request }, nth) => {
      const upload = { id: 'upload_1', upload_url: `${url}/put`, beeble_uri: 'beeble://' };
      if (request.url !== '/put') succeed(response, upload);
      else if (nth === 2) response.destroy();
      else response.end();
    });
    await hurried(url).uploads.send(typeof footage === 'function' ? footage() : footage);
    expect(received.slice(1).map(({ body }) => body)).toEqual([Buffer.from(png), Buffer.from(png)]);
  });

  test('that fails is FILE_FAILED, with its reason, and nothing is sent', async () => {
    const { url, received } = await serve((response) => response.end());
    async function* broken() {
      yield png;
      throw new Error('the disk is gone');
    }
    const web = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) });
    for (const [source, reason] of [
      [broken(), 'the disk is gone'],
      [web, 'gone'],
    ] as const) {
      const { error } = await safe(hurried(url).run({ source, prompt: 'snow' }));
      expect(error).toMatchObject({ code: 'FILE_FAILED', message: `The stream can't be read: ${reason}` });
    }
    expect(received).toHaveLength(0);
  });

  test('that never ends is let go of on abort, at once', async () => {
    const signal = AbortSignal.timeout(50);
    let cancelled = false;
    const web = new ReadableStream<Uint8Array>({
      cancel: () => {
        cancelled = true;
      },
    });
    const node = new Readable({ read: () => {} });
    for (const source of [web, node]) {
      const { error } = await safe(hurried('http://127.0.0.1:1').uploads.send(source, { signal }));
      expect(error?.code).toBe('ABORTED');
    }
    expect(cancelled).toBe(true);
    expect(node.destroyed).toBe(true);
  });
});

describe('a connection that drops while bytes are on their way', () => {
  test.each([false, true])('has the PUT started again, with all of them (progress: %s)', async (progress) => {
    const large = new Uint8Array(8_000_000).fill(7);
    const sizes: number[] = [];
    let attempts = 0;
    const server = createServer(async (request, response) => {
      attempts += 1;
      let size = 0;
      for await (const chunk of request) {
        size += chunk.length;
        if (attempts < 3 && size > 1_000_000) return void request.socket.destroy();
      }
      sizes.push(size);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const upload_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const seen: number[] = [];
    const onProgress = ({ sent }: { sent: number }) => seen.push(sent);
    await hurried(upload_url).uploads.put({ upload_url }, large, progress ? { onProgress } : {});
    expect([attempts, sizes]).toEqual([3, [8_000_000]]);
    if (progress) expect(seen.filter((sent) => sent === 0)).toHaveLength(3);
  });

  test('or while the server is silent after them, is heard of when it aborts', async () => {
    const { url, received } = await serve(() => {});
    const controller = new AbortController();
    const sending = safe(
      hurried(url).uploads.put({ upload_url: url }, new Uint8Array(500_000), { signal: controller.signal }),
    );
    await expect.poll(() => received.length).toBe(1);
    controller.abort();
    expect((await sending).error?.code).toBe('ABORTED');
    await expect.poll(() => received[0]?.request.socket.destroyed).toBe(true);
  });
});
