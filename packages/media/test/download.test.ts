import { readdir, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePng } from './support/images.ts';
import { openTestMedia, type TestMedia } from './support/media.ts';
import { openTestNetwork, publicName, serveFile, type TestNetwork } from './support/network.ts';

const remote = { kind: 'https', url: new URL(`https://${publicName}/file`) } as const;
const bytes = Buffer.concat([makePng(4, 3), Buffer.alloc(300_000, 7)]);

let testNetwork: TestNetwork;
let testMedia: TestMedia;
let serve: RequestListener;
beforeAll(async () => {
  testNetwork = await openTestNetwork((incoming, response) => serve(incoming, response));
  testMedia = await openTestMedia(testNetwork, { limits: { maxFileBytes: 1_000_000, stallMs: 500 } });
});
afterAll(async () => {
  await testMedia.close();
  await testNetwork.close();
});

const target = () => join(testMedia.directory, 'target');
const files = async () => (await readdir(testMedia.directory)).filter((name) => name !== 'temporary').sort();

test('writes all bytes of a URL and a data URI to a file', async () => {
  serve = serveFile(bytes, { ranges: true });
  const uri = `data:image/png;base64,${bytes.toString('base64')}`;
  for (const location of [remote, { kind: 'data', type: 'image/png', uri, offset: 22 } as const]) {
    expect(await testMedia.media.download(location, 'source', target())).toEqual({ bytes: bytes.length });
    expect((await readFile(target())).equals(bytes)).toBe(true);
  }
  expect(await files()).toEqual(['target']);
});

test.each([`bytes 0-${bytes.length - 1}/*`, `bytes 0-${bytes.length - 1}/${bytes.length}`])(
  'writes all bytes of a URL that is sent with the content-range %s',
  async (part) => {
    serve = (_, response) => void response.writeHead(206, { 'content-range': part }).end(bytes);
    expect(await testMedia.media.download(remote, 'source', target())).toEqual({ bytes: bytes.length });
    expect((await readFile(target())).equals(bytes)).toBe(true);
  },
);

test('throws errors of its own disk', async () => {
  serve = serveFile(bytes, { ranges: true });
  await expect(testMedia.media.download(remote, 'source', '/proc/nowhere/target')).rejects.toThrow('ENOENT');
});

describe('keeps the existing file, and leaves no other, when', () => {
  const stopped = new AbortController();
  test.each<[string, string, RequestListener]>([
    ['the server fails', 'SOURCE_UNREACHABLE', (_, response) => void response.writeHead(500).end()],
    [
      'a part is sent though none was asked for',
      'SOURCE_UNREACHABLE',
      (_, r) => void r.writeHead(206).end('x'),
    ],
    [
      'a part is sent that is not all',
      'SOURCE_UNREACHABLE',
      (_, r) => void r.writeHead(206, { 'content-range': 'bytes 0-0/9' }).end('x'),
    ],
    [
      'the part is shorter than it says',
      'SOURCE_UNREACHABLE',
      (_, r) => void r.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end('x'),
    ],
    [
      'the body breaks off',
      'SOURCE_UNREACHABLE',
      (_, r) => void r.writeHead(200, { 'content-length': 9 }).end('x'),
    ],
    [
      'the connection breaks',
      'SOURCE_UNREACHABLE',
      (incoming, response) => response.writeHead(200).write('x', () => incoming.socket.destroy()),
    ],
    [
      'the body is too large',
      'SOURCE_TOO_LARGE',
      (_, response) => void response.end(Buffer.alloc(1_000_001)),
    ],
    [
      'its signal aborts',
      'SOURCE_UNREACHABLE',
      (_, response) => response.writeHead(200).write('x', () => setTimeout(() => stopped.abort(), 50)),
    ],
  ])('%s', async (_, code, listener) => {
    serve = serveFile(bytes, { ranges: true });
    await testMedia.media.download(remote, 'source', target());
    const before = await files();
    serve = listener;
    const answer = await testMedia.media.download(remote, 'alpha', target(), { signal: stopped.signal });
    expect(answer).toMatchObject({ code, param: 'alpha_uri' });
    expect(await files()).toEqual(before);
    expect((await readFile(target())).equals(bytes)).toBe(true);
  });
});
