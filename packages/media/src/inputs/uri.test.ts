import { newId } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { describe, expect, test } from 'vitest';
import { formatUploadUri, parseMediaUri } from './uri.ts';

const id = newId('upload', 1_700_000_000_000, (bytes) => bytes.fill(7));
const strict = { allowPrivateNetwork: false };

describe('an upload URI', () => {
  test.each(['a.png', 'shot 01.MOV', 'été.webp', '映像.mp4', "it's (1).jpg"])(
    'is parsed as it was formatted: %s',
    (filename) => {
      const uri = formatUploadUri(id, filename);
      expect(parseMediaUri(uri, 'source_uri', strict)).toEqual({ kind: 'upload', id, filename });
    },
  );

  test('may name its file without escapes', () => {
    const uri = `beeble://uploads/${id}/shot 01.mov`;
    expect(parseMediaUri(uri, 'source_uri', strict)).toMatchObject({ filename: 'shot 01.mov' });
  });
});

test('takes an https URL, and in development an http one', () => {
  const uri = 'https://example.com/a.png?x=1';
  expect(parseMediaUri(uri, 'source_uri', strict)).toEqual({ kind: 'https', url: new URL(uri) });
  expect(parseMediaUri('HTTPS://EXAMPLE.com', 'source_uri', strict)).toMatchObject({ kind: 'https' });
  const development = { allowPrivateNetwork: true };
  expect(parseMediaUri('http://localhost:8080/a.png', 'alpha_uri', development)).toMatchObject({
    kind: 'https',
  });
});

test('takes a data URI, and keeps the string as it is', () => {
  const uri = 'DATA:Image/PNG;base64,iVBORw0KGgo=';
  expect(parseMediaUri(uri, 'source_uri', strict)).toEqual({
    kind: 'data',
    type: 'image/png',
    uri,
    offset: 22,
  });
});

test.each([
  'data:image/png;name=a.png;base64,',
  'data:image/png;name="a, b; c.png";base64,',
  'data:image/png;name="a \\", b.png";base64,',
  'data:image/png;name="";base64,',
  'data:image/png;charset=;base64,',
  'data:image/png;charset=utf-8;base64,',
  'data:image/png; charset=utf-8; base64 ,',
  'data:image/png;name=%22a%2C%20b%22;base64,',
  'data:image/png;name=été.png;base64,',
  'data:image/png;flag;base64,',
  'data:image/png;;base64,',
  'data:image/png;base64;base64,',
  'data:image/png;x=base64;base64,',
  'data:video/mp4;codecs=avc1.42E01E;base64,',
  'data:video/mp4;codecs="avc1.42E01E, mp4a.40.2";base64,',
  'data:video/mp4;codecs=avc1.42E01E,mp4a.40.2;base64,',
  'data:video/x-matroska;codecs=avc1;base64,',
  'data:image/svg+xml;base64,',
  'DATA:IMAGE/PNG;NAME="A,B";BASE64,',
  `data:image/png;name=${'a'.repeat(1000)}.png;base64,`,
])('takes the parameters of %s', (header) => {
  const [, type = ''] = /^data:([^;]*)/i.exec(header) ?? [];
  for (const uri of [`${header}AAAA`, `${header}AAAA,AAAA`, Buffer.from(`${header}AAAA`)]) {
    const offset = typeof uri === 'string' ? header.length : uri.length - 4;
    const media = { kind: 'data', type: type.toLowerCase(), uri, offset };
    expect(parseMediaUri(uri, 'source_uri', strict)).toEqual(media);
  }
});

test('parses a data URI of 70 MB without reading its data', () => {
  const uri = `data:video/mp4;base64,${Buffer.alloc(70_000_000, 'A').toString('latin1')}`;
  expect(uri.charCodeAt(uri.length - 1)).toBe(65);
  const started = performance.now();
  expect(parseMediaUri(uri, 'source_uri', strict)).toMatchObject({ kind: 'data', offset: 22 });
  expect(performance.now() - started).toBeLessThan(200);
});

describe('a malformed URI', () => {
  test.each([
    undefined,
    null,
    12,
    {},
    '',
    'a.png',
    '/etc/passwd',
    '//example.com/a.png',
    'http://example.com/a.png',
    'ftp://example.com/a.png',
    'file:///etc/passwd',
    'gopher://example.com',
    'javascript:alert(1)',
    ' https://example.com',
    'https://',
    'https://exa mple.com/',
    'https://[::1/',
    'https://1.2.3.4.5/',
    'https://256.1.1.1/',
    `https://example.com/${'a'.repeat(8192)}`,
    'beeble://uploads',
    `beeble://uploads/${id}`,
    `beeble://uploads/${id}/`,
    `beeble://uploads/${id}/a.gif`,
    `beeble://uploads/${id}/../a.png`,
    `beeble://uploads/${id}/..%2Fa.png`,
    `beeble://uploads/${id}/%2e%2e%2fa.png`,
    `beeble://uploads/${id}/a%.png`,
    `beeble://uploads/${id}/a.png?x=1`,
    `beeble://uploads/${id}x/a.png`,
    `beeble://downloads/${id}/a.png`,
    'beeble://uploads/upload_1/a.png',
    'data:',
    'data:,',
    'data:image/png,abc',
    'data:image/png;base64,',
    'data:image/png;base64;name=a.png,AAAA',
    'data:image/png;base64=1,AAAA',
    'data:image/png;name="a.png;base64,AAAA',
    'data:image/png;name=a,b,AAAA',
    'data:image/png base64,AAAA',
    'data:image/png;base64AAAA',
    'data:image/png;x=1;base64,',
    'data:/png;base64,AAAA',
    'data:image/;base64,AAAA',
    ' data:image/png;base64,AAAA',
    'data:image;base64,AAAA',
    'data:;base64,AAAA',
    `data:image/png;name=${'p'.repeat(5000)};base64,AAAA`,
  ])('%s', (uri) => {
    const failure = parseMediaUri(uri, 'reference_image_uri', strict);
    expect(failure).toMatchObject({ code: 'INVALID_URI', param: 'reference_image_uri' });
    if (isFailure(failure)) expect(failure.message.length).toBeLessThan(200);
  });
});

test.each([
  'http://user:hunter2@example.com/a.png',
  'ftp://user:hunter2@example.com/a.png',
  's3://key:hunter2@bucket/a.png',
  '//user:hunter2@example.com/a.png',
  'http://example.com/a.png?signature=hunter2',
])('%s is refused with a message without its credentials', (uri) => {
  const failure = parseMediaUri(uri, 'source_uri', strict);
  expect(failure).toMatchObject({ code: 'INVALID_URI' });
  expect(failure).toHaveProperty('message', expect.not.stringContaining('hunter2'));
});
