import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { jpegSegment, makeJpeg, makePng, makeWebp } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { makeMovie } from '../support/movies/make-movie.ts';
import { openTestNetwork, publicName, serveFile, type TestNetwork } from '../support/network.ts';

const location = { kind: 'https', url: new URL(`https://${publicName}/file`) } as const;
const blockBytes = 64 * 1024;

let testNetwork: TestNetwork;
let testMedia: TestMedia;
let serve: RequestListener;
let sent: number;
beforeAll(async () => {
  testNetwork = await openTestNetwork((incoming, response) => {
    serve(incoming, response);
    sent += Number(response.getHeader('content-length') ?? 0);
  });
  testMedia = await openTestMedia(testNetwork, { limits: { maxFileBytes: 20_000_000 } });
});
beforeEach(() => {
  sent = 0;
});
afterAll(async () => {
  await testMedia.close();
  await testNetwork.close();
});

async function inspect(listener: RequestListener) {
  serve = listener;
  const answer = await testMedia.media.inspect(location, 'source');
  expect(await testMedia.leftBehind()).toEqual([]);
  return answer;
}

describe.each(['moov first', 'moov last'] as const)('a movie of 8 MB with %s', (layout) => {
  test('is probed from its header alone', async () => {
    const bytes = await makeMovie({ layout, frames: 240, frameBytes: 33_000 });
    const answer = await inspect(serveFile(bytes, { ranges: true }));
    expect(answer).toMatchObject({ frames: 240, bytes: bytes.length });
    expect(sent).toBeLessThanOrEqual(2 * blockBytes);
  });

  test('is fetched whole if the server does not support ranges', async () => {
    const bytes = await makeMovie({ layout, frames: 240, frameBytes: 33_000 });
    expect(await inspect(serveFile(bytes, { ranges: false }))).toMatchObject({ frames: 240 });
    expect(sent).toBe(bytes.length);
  });
});

test('a fragmented movie is told, from as many parts as that takes', async () => {
  const bytes = await makeMovie({ layout: 'fragmented', frames: 240, frameBytes: 33_000 });
  expect(await inspect(serveFile(bytes, { ranges: true }))).toMatchObject({ frames: 240, codec: 'h264' });
});

test('an image is probed from its first block', async () => {
  const bytes = Buffer.concat([makePng(40, 30), Buffer.alloc(5_000_000)]);
  expect(await inspect(serveFile(bytes, { ranges: true }))).toMatchObject({ width: 40, bytes: bytes.length });
  expect(sent).toBe(blockBytes);
});

test('a JPEG whose frame is behind a megabyte of segments is probed', async () => {
  const jpeg = makeJpeg(40, 30);
  const padding = Array.from({ length: 20 }, () => jpegSegment(0xe2, Buffer.alloc(60_000)));
  const bytes = Buffer.concat([jpeg.subarray(0, 2), ...padding, jpeg.subarray(2)]);
  expect(await inspect(serveFile(bytes, { ranges: true }))).toMatchObject({ width: 40, height: 30 });
});

test('a WebP is turned as its EXIF asks, which stands at its end', async () => {
  const webp = makeWebp(40, 30, 'extended', 6);
  expect(await inspect(serveFile(webp, { ranges: true }))).toMatchObject({ width: 30, height: 40 });
});

describe('a server that', () => {
  const movie = makeMovie({ layout: 'moov last', frames: 20, frameBytes: 33_000 });
  type Answer = { status: number; headers: Record<string, string | number>; body: Buffer };
  /** Serves the movie with ranges, each answer changed by `change`. */
  const lying = async (
    change: (answer: Answer, start: number) => Partial<Answer>,
  ): Promise<RequestListener> => {
    const bytes = await movie;
    return (incoming, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
      const [start, end] = [Number(from), Math.min(Number(to), bytes.length - 1)];
      const body = bytes.subarray(start, end + 1);
      const headers = { 'content-range': `bytes ${start}-${end}/${bytes.length}`, etag: '"1"' };
      const honest: Answer = { status: 206, headers, body };
      const answer = { ...honest, ...change(honest, start) };
      response.writeHead(answer.status, answer.headers).end(answer.body);
    };
  };

  test('sends valid ranges is accepted', async () => {
    expect(await inspect(await lying(() => ({})))).toMatchObject({ frames: 20 });
  });

  test.each<[string, (answer: Answer, start: number) => Partial<Answer>]>([
    ['sends another part', ({ headers }) => ({ headers: { ...headers, 'content-range': 'bytes 5-9/100' } })],
    ['says no part', () => ({ headers: {} })],
    ['says nonsense', () => ({ headers: { 'content-range': 'bytes */*' } })],
    [
      'says that a part is longer than the whole',
      () => ({ headers: { 'content-range': 'bytes 0-65535/9' } }),
    ],
    ['says that a part ends before it begins', () => ({ headers: { 'content-range': 'bytes 9-0/99' } })],
    ['sends less than it says', ({ body }) => ({ body: body.subarray(1) })],
    ['sends more than was asked for', ({ body }) => ({ body: Buffer.concat([body, body]) })],
    [
      'changes its size in between',
      ({ headers }, start) => ({
        headers:
          start === 0 ? headers : { ...headers, 'content-range': `bytes ${start}-${start}/${start + 1}` },
      }),
    ],
    [
      'changes its file in between',
      ({ headers }, start) => ({ headers: { ...headers, etag: `"${start}"` } }),
    ],
    ['forgets about ranges in between', (_, start) => (start === 0 ? {} : { status: 200 })],
    ['fails in between', (_, start) => (start === 0 ? {} : { status: 503 })],
    [
      'encodes though none was accepted',
      ({ headers }) => ({ headers: { ...headers, 'content-encoding': 'gzip' } }),
    ],
  ])('%s is refused', async (_, change) => {
    expect(await inspect(await lying(change))).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      param: 'source_uri',
    });
  });

  test.each([201, 204, 304, 400, 401, 403, 404, 410, 416, 418, 429, 500, 503])(
    'responds with %i is refused',
    async (status) => {
      const answer = await inspect((_, response) => void response.writeHead(status).end());
      expect(answer).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    },
  );
});

describe('a server that does not know the size of a file', () => {
  /** Serves bytes by parts of an unknown whole; without a range, all of it, with `status`. */
  const sizeless =
    (bytes: Buffer, status: 200 | 206): RequestListener =>
    (incoming, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
      const [start, end] = [Number(from ?? 0), Math.min(Number(to ?? bytes.length), bytes.length - 1)];
      const body = bytes.subarray(start, end + 1);
      response.statusCode = from === undefined ? status : 206;
      response.setHeader('content-length', body.length);
      if (response.statusCode === 206) response.setHeader('content-range', `bytes ${start}-${end}/*`);
      response.end(body);
    };

  test.each([200, 206] as const)('is asked for the whole file, which it sends as %i', async (status) => {
    const bytes = await makeMovie({ layout: 'moov last', frames: 20, frameBytes: 33_000 });
    expect(await inspect(sizeless(bytes, status))).toMatchObject({ frames: 20, bytes: bytes.length });
    expect(sent).toBe(blockBytes + bytes.length);
  });

  test('is believed where it has little, or just a block, or a byte more or less', async () => {
    const png = makePng(40, 30);
    for (const length of [png.length, blockBytes - 1, blockBytes, blockBytes + 1]) {
      const bytes = Buffer.concat([png, Buffer.alloc(length - png.length)]);
      expect(await inspect(sizeless(bytes, 200))).toMatchObject({ width: 40, bytes: bytes.length });
    }
  });

  test.each<[string, RequestListener]>([
    [
      'less than it says',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-99/*' }).end('x'),
    ],
    [
      'more than it says',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end('x'.repeat(99)),
    ],
    [
      'another part',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 1-9/*' }).end('x'.repeat(9)),
    ],
    [
      'a block whatever it is asked',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-65535/99999' }).end(),
    ],
  ])('and sends %s is not believed', async (_, listener) => {
    expect(await inspect(listener)).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  test('or sends shorter parts than it was asked for, is asked for the whole', async () => {
    const bytes = makePng(40, 30);
    const answer = await inspect((incoming, response) => {
      if (incoming.headers.range === undefined) return void response.end(bytes);
      response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end(bytes.subarray(0, 10));
    });
    expect(answer).toMatchObject({ width: 40, bytes: bytes.length });
  });

  test('in a later part only is believed', async () => {
    const bytes = await makeMovie({ layout: 'moov last', frames: 20, frameBytes: 33_000 });
    const answer = await inspect((incoming, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
      const [start, end] = [Number(from), Math.min(Number(to), bytes.length - 1)];
      const size = start === 0 ? bytes.length : '*';
      response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${size}` });
      response.end(bytes.subarray(start, end + 1));
    });
    expect(answer).toMatchObject({ frames: 20 });
  });

  test('has no file over the size limit either', async () => {
    expect(await inspect(sizeless(Buffer.alloc(20_000_001), 206))).toMatchObject({
      code: 'SOURCE_TOO_LARGE',
    });
  });
});

describe('a file over the size limit', () => {
  test('is refused by the size that a range tells', async () => {
    const headers = { 'content-range': 'bytes 0-65535/20000001' };
    const answer = await inspect((_, response) => void response.writeHead(206, headers).write('x'));
    expect(answer).toMatchObject({ code: 'SOURCE_TOO_LARGE', param: 'source_uri' });
  });

  test('is refused by the length that is announced', async () => {
    const answer = await inspect((_, response) => {
      response.writeHead(200, { 'content-length': 20_000_001 }).write('x');
    });
    expect(answer).toMatchObject({ code: 'SOURCE_TOO_LARGE', param: 'source_uri' });
  });

  test('is refused once that much has come, when nothing was announced', async () => {
    let stopped = false;
    const answer = await inspect((_, response) => {
      response.on('close', () => {
        stopped = true;
      });
      const more = () => {
        while (!stopped && response.write(Buffer.alloc(256 * 1024)));
      };
      response.on('drain', more).writeHead(200);
      more();
    });
    expect(answer).toMatchObject({ code: 'SOURCE_TOO_LARGE', param: 'source_uri' });
    await expect.poll(() => stopped).toBe(true);
  });
});
