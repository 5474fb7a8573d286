import { newId } from '@restage/contract';
import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';

const { ctx } = await openTransports({ work: false });
const bytes = Buffer.from('0123456789abcdef');
const id = newId('generation', Date.now(), ctx.random);
const key = `outputs/${id}/1/render.png`;
async function* readBytes() {
  yield bytes;
}
await ctx.blobs.write(key, readBytes(), { maxBytes: 100 });
const file = ctx.urls.sign({
  method: 'GET',
  path: `/files/${key}`,
  expiresAt: new Date(Date.now() + 3_600_000),
});

async function request(headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(file, { method, headers });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
}
const full = await request();
const { etag = '', 'last-modified': date = '' } = full.headers;
const earlier = new Date(Date.parse(date) - 1000).toUTCString();
const later = new Date(Date.parse(date) + 1000).toUTCString();

test('GET of an output responds with the whole file and its validators', () => {
  expect(full).toMatchObject({ status: 200, text: bytes.toString() });
  expect(full.headers).toMatchObject({
    'accept-ranges': 'bytes',
    'content-length': '16',
    'content-type': 'image/png',
    'content-disposition': `inline; filename="${id}-render.png"`,
    etag: expect.stringMatching(/^"[\w-]+"$/),
  });
});

describe('if-none-match and if-modified-since', () => {
  const known = { 'if-none-match': etag };
  test.each<[Record<string, string>]>([
    [known],
    [{ 'if-none-match': `W/${etag}` }],
    [{ 'if-none-match': `"x", ${etag}` }],
    [{ 'if-none-match': `"x",W/${etag},"y"` }],
    [{ 'if-none-match': `"a,b", ${etag}` }],
    [{ 'if-none-match': '*' }],
    [{ 'if-none-match': ' * ' }],
    [{ ...known, range: 'bytes=0-9' }],
    [{ ...known, range: 'bytes=99-' }],
    [{ ...known, 'if-modified-since': earlier }],
    [{ 'if-modified-since': date }],
    [{ 'if-modified-since': later }],
  ])('%j is 304', async (headers) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await request(headers, method);
      expect(response).toMatchObject({ status: 304, text: '' });
      expect(response.headers).toMatchObject({
        etag,
        'last-modified': date,
        'cache-control': expect.any(String),
      });
    }
  });

  test.each<[Record<string, string>]>([
    [{ 'if-none-match': '"x"' }],
    [{ 'if-none-match': '"*"' }],
    [{ 'if-none-match': etag.slice(1, -1) }],
    [{ 'if-none-match': '' }],
    [{ 'if-none-match': '"x"', 'if-modified-since': later }],
    [{ 'if-modified-since': earlier }],
    [{ 'if-modified-since': 'yesterday' }],
    [{ 'if-modified-since': '' }],
  ])('%j is 200', async (headers) => {
    expect(await request(headers)).toMatchObject({ status: 200, text: bytes.toString() });
    expect(await request(headers, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-9', '0123456789', 'bytes 0-9/16'],
    ['bytes=10-', 'abcdef', 'bytes 10-15/16'],
    ['bytes=-2', 'ef', 'bytes 14-15/16'],
    ['bytes=15-99', 'f', 'bytes 15-15/16'],
  ])('%s is 206 with those bytes', async (range, text, contentRange) => {
    const { status, headers, text: sent } = await request({ range });
    expect([status, sent, headers['content-range']]).toEqual([206, text, contentRange]);
    expect(headers['content-length']).toBe(String(text.length));
  });

  test.each(['bytes=0-9', 'bytes=-1', 'bytes=99-', 'bytes=-0'])(
    '%s in a HEAD request is ignored',
    async (range) => {
      const { status, headers } = await request({ range }, 'HEAD');
      expect([status, headers['content-length'], headers['content-range']]).toEqual([200, '16', undefined]);
    },
  );

  test.each(['bytes=16-', 'bytes=99-100', 'bytes=-0'])(
    '%s that is out of bounds is 416, with the envelope and the size of the file',
    async (range) => {
      const { status, headers, text } = await request({ range });
      expect(status).toBe(416);
      expect(JSON.parse(text)).toEqual({
        error: { code: 'INVALID_REQUEST', message: expect.stringMatching(/has 16; received "bytes=/) },
      });
      expect(headers).toMatchObject({
        'content-range': 'bytes */16',
        'content-type': 'application/json',
        'x-error-param': 'range',
        'x-request-id': expect.stringMatching(/^req_/),
        link: '<http://docs.restage.test/errors#INVALID_REQUEST>; rel="help"',
      });
      expect(headers).not.toHaveProperty('cache-control');
    },
  );

  test.each([
    [etag, 206],
    [date, 206],
    [`W/${etag}`, 200],
    ['"x"', 200],
    ['*', 200],
    ['', 200],
    [earlier, 200],
    [later, 200],
  ])('with if-range %s is %i', async (ifRange, status) => {
    expect((await request({ range: 'bytes=0-9', 'if-range': ifRange })).status).toBe(status);
    const past = await request({ range: 'bytes=99-', 'if-range': ifRange });
    expect(past.status).toBe(status === 206 ? 416 : 200);
  });
});
