import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { safe, type Uploadable } from '../src/index.ts';
import { createTestClient, sendJson, sendResult, startStubServer } from './support/stub-server.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);

describe('uploads.put', () => {
  test('sends the bytes and content-length, and no API key', async () => {
    const { url, received } = await startStubServer((response) => response.end());
    await createTestClient(url).uploads.put({ upload_url: `${url}/files/a?signature=b` }, png);
    const [{ request, body } = {}] = received;
    expect(body).toEqual(Buffer.from(png));
    expect(request).toMatchObject({ method: 'PUT', url: '/files/a?signature=b' });
    expect(request?.headers).toMatchObject({ 'content-length': '12' });
    expect(request?.headers).not.toHaveProperty('x-api-key');
  });

  test('reports progress, and still sends content-length', async () => {
    const { url, received } = await startStubServer((response) => response.end());
    const seen: number[] = [];
    const large = new Uint8Array(1_000_000).fill(7);
    await createTestClient(url).uploads.put({ upload_url: url }, large, {
      onProgress: ({ sent }) => seen.push(sent),
    });
    expect(received[0]?.body).toEqual(Buffer.from(large));
    expect(received[0]?.request.headers).toMatchObject({ 'content-length': '1000000' });
    expect(received[0]?.request.headers).not.toHaveProperty('transfer-encoding');
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1_000_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(5);
  });

  test.each([false, true])('restarts after a dropped connection (with onProgress: %s)', async (progress) => {
    const { url, received } = await startStubServer((response, _, nth) =>
      nth === 1 ? response.destroy() : response.end(),
    );
    const seen: number[] = [];
    await createTestClient(url).uploads.put(
      { upload_url: url },
      png,
      progress ? { onProgress: ({ sent }) => seen.push(sent) } : {},
    );
    expect(received.map(({ body }) => body.length)).toEqual([12, 12]);
    if (progress) expect(seen.filter((sent) => sent === 0)).toHaveLength(2);
  });

  test('fails with the code of the error envelope, without a retry', async () => {
    const { url, received } = await startStubServer((response) =>
      sendJson(
        response,
        403,
        { error: { code: 'INVALID_SIGNATURE', message: 'expired' } },
        { 'x-request-id': 'req_9', link: '<http://docs.test/errors#INVALID_SIGNATURE>; rel="help"' },
      ),
    );
    const result = await safe(createTestClient(url).uploads.put({ upload_url: url }, png));
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

  test('does not show the signature in its error message', async () => {
    const { url } = await startStubServer((response) => response.destroy());
    const result = await safe(
      createTestClient(url, { maxRetries: 0 }).uploads.put({ upload_url: `${url}/a?signature=b` }, png),
    );
    expect(result.error?.message).toContain(`${url}/a`);
    expect(result.error?.message).not.toContain('signature');
  });

  test('fails with ABORTED on abort', async () => {
    const { url } = await startStubServer(() => {});
    const signal = AbortSignal.timeout(50);
    const result = await safe(createTestClient(url).uploads.put({ upload_url: url }, png, { signal }));
    expect(result.error?.code).toBe('ABORTED');
  });
});

describe('uploads.upload, of a stream', () => {
  const chunks = [png.subarray(0, 5), png.subarray(5)];

  test.each<[string, () => Uploadable]>([
    ['a web stream', () => new Blob(chunks).stream()],
    ['a Node.js stream', () => Readable.from(chunks)],
    [
      'a generator',
      async function* () {
        yield* chunks;
      },
    ],
  ])('reads %s once, and sends it again after a dropped connection', async (_, streamOrGenerator) => {
    const { url, received } = await startStubServer((response, { request }, nth) => {
      const upload = { id: 'upload_1', upload_url: `${url}/put`, beeble_uri: 'beeble://' };
      if (request.url !== '/put') sendResult(response, upload);
      else if (nth === 2) response.destroy();
      else response.end();
    });
    await createTestClient(url).uploads.upload(
      typeof streamOrGenerator === 'function' ? streamOrGenerator() : streamOrGenerator,
    );
    expect(received.slice(1).map(({ body }) => body)).toEqual([Buffer.from(png), Buffer.from(png)]);
  });

  test('fails with FILE_FAILED and the reason if the stream fails, and sends nothing', async () => {
    const { url, received } = await startStubServer((response) => response.end());
    async function* failAfterOneChunk() {
      yield png;
      throw new Error('the disk is gone');
    }
    const web = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) });
    for (const [source, reason] of [
      [failAfterOneChunk(), 'the disk is gone'],
      [web, 'gone'],
    ] as const) {
      const { error } = await safe(createTestClient(url).run({ source, prompt: 'snow' }));
      expect(error).toMatchObject({ code: 'FILE_FAILED', message: `Could not read the stream: ${reason}` });
    }
    expect(received).toHaveLength(0);
  });

  test('fails with ABORTED on abort, and releases a stream that never ends', async () => {
    const signal = AbortSignal.timeout(50);
    let cancelled = false;
    const web = new ReadableStream<Uint8Array>({
      cancel: () => {
        cancelled = true;
      },
    });
    const node = new Readable({ read: () => {} });
    for (const source of [web, node]) {
      const { error } = await safe(createTestClient('http://127.0.0.1:1').uploads.upload(source, { signal }));
      expect(error?.code).toBe('ABORTED');
    }
    expect(cancelled).toBe(true);
    expect(node.destroyed).toBe(true);
  });
});

describe('uploads.put, of a large body', () => {
  test.each([false, true])(
    'sends all bytes again if the connection drops half-way (with onProgress: %s)',
    async (progress) => {
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
      await createTestClient(upload_url).uploads.put({ upload_url }, large, progress ? { onProgress } : {});
      expect([attempts, sizes]).toEqual([3, [8_000_000]]);
      if (progress) expect(seen.filter((sent) => sent === 0)).toHaveLength(3);
    },
  );

  test('fails with ABORTED on abort while it waits for the response', async () => {
    const { url, received } = await startStubServer(() => {});
    const controller = new AbortController();
    const call = safe(
      createTestClient(url).uploads.put({ upload_url: url }, new Uint8Array(500_000), {
        signal: controller.signal,
      }),
    );
    await expect.poll(() => received.length).toBe(1);
    controller.abort();
    expect((await call).error?.code).toBe('ABORTED');
    await expect.poll(() => received[0]?.request.socket.destroyed).toBe(true);
  });
});
