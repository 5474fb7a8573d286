import { isFailure } from '@restage/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUrlSigner } from './signed-url.ts';

let now = Date.UTC(2026, 0, 1);
const clock = () => now;
const publicUrl = 'https://restage.example.com';
const signer = createUrlSigner({ secret: 'first secret', publicUrl, clock });
const expiresAt = new Date(now + 3_600_000);
const path = '/files/outputs/swx_1/render.png';
const url = signer.sign({ method: 'GET', path, expiresAt });

const isRefused = (method: string, altered: string) => {
  const answer = signer.verify({ method, url: altered });
  return isFailure(answer) && answer.code === 'INVALID_SIGNATURE';
};

test('a signed URL begins with the public URL and contains its expiry and signature', () => {
  expect(url).toMatch(
    /^https:\/\/restage\.example\.com\/files\/outputs\/swx_1\/render\.png\?expires=1767229200&signature=[\w-]{43}$/,
  );
});

test('a signed URL is valid unchanged, absolute or from its path on, and for HEAD', () => {
  expect(signer.verify({ method: 'GET', url })).toBe(true);
  expect(signer.verify({ method: 'GET', url: url.slice(publicUrl.length) })).toBe(true);
  expect(signer.verify({ method: 'HEAD', url })).toBe(true);
});

test('a signed URL is valid behind a proxy that strips a prefix of the public URL', () => {
  const behind = createUrlSigner({ secret: 's', publicUrl: 'https://example.com/restage/', clock });
  const signed = behind.sign({ method: 'PUT', path: '/files/a', expiresAt });
  expect(signed).toContain('https://example.com/restage/files/a?');
  expect(behind.verify({ method: 'PUT', url: signed.replace('/restage', '') })).toBe(true);
});

test('a signed URL is refused once it has expired, with the time of its expiry', () => {
  const before = now;
  now = expiresAt.getTime() - 1;
  expect(signer.verify({ method: 'GET', url })).toBe(true);
  now = expiresAt.getTime();
  expect(signer.verify({ method: 'GET', url })).toMatchObject({
    code: 'INVALID_SIGNATURE',
    message: 'The URL expired at 2026-01-01T01:00:00.000Z.',
  });
  now = before;
});

describe.each<[what: string, method: string, altered: string]>([
  ['another method', 'PUT', url],
  ['HEAD on a PUT', 'HEAD', signer.sign({ method: 'PUT', path, expiresAt })],
  ['GET on a PUT', 'GET', signer.sign({ method: 'PUT', path, expiresAt })],
  ['a method of another case', 'get', url],
  ['another path', 'GET', url.replace('render', 'source')],
  ['a path one character longer', 'GET', url.replace('.png', '.png/')],
  ['a doubled slash', 'GET', url.replace('/files/', '//files/')],
  ['an encoded slash', 'GET', url.replace('swx_1/render', 'swx_1%2Frender')],
  ['another case', 'GET', url.replace('swx_1', 'SWX_1')],
  ['a later expiry', 'GET', url.replace('1767229200', '1767229201')],
  ['the same expiry in another spelling', 'GET', url.replace('1767229200', '01767229200')],
  ['an expiry in exponents', 'GET', url.replace('1767229200', '1e99')],
  ['a negative expiry', 'GET', url.replace('1767229200', '-1')],
  ['no expiry', 'GET', url.replace('expires=1767229200&', '')],
  ['an empty signature', 'GET', url.replace(/signature=.*/, 'signature=')],
  ['no signature', 'GET', url.replace(/&signature=.*/, '')],
  ['a signature cut short', 'GET', url.slice(0, -1)],
  ['a signature with more after it', 'GET', `${url}A`],
  ['a second expiry', 'GET', `${url}&expires=9999999999`],
  ['a second expiry in front', 'GET', url.replace('?', '?expires=9999999999&')],
  ['a parameter that was not signed', 'GET', `${url}&download=1`],
  ['no URL at all', 'GET', 'http://'],
  ['an empty one', 'GET', ''],
])('%s', (_, method, altered) => {
  test('is refused', () => expect(isRefused(method, altered)).toBe(true));
});

test('a signature with another last character is refused, though base64url has four for the same bytes', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = [...alphabet].filter((character) => !isRefused('GET', url.slice(0, -1) + character));
  expect(accepted).toEqual([url.at(-1)]);
});

test('a URL with any one character changed after the host is refused', () => {
  const from = publicUrl.length;
  const character = fc.constantFrom(...'abzAZ019-_/.%=');
  fc.assert(
    fc.property(fc.integer({ min: from, max: url.length - 1 }), character, (index, other) => {
      fc.pre(url[index] !== other);
      expect(isRefused('GET', url.slice(0, index) + other + url.slice(index + 1))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a URL signed with another secret is refused', () => {
  const other = createUrlSigner({ secret: 'second secret', publicUrl, clock });
  expect(isFailure(other.verify({ method: 'GET', url }))).toBe(true);
});

test('an empty secret throws, and so does signing a malformed path', () => {
  expect(() => createUrlSigner({ secret: '', publicUrl, clock })).toThrow('empty');
  for (const wrong of ['/files/../etc', 'files/a', '/files/a?b=1', '/files/a#b', '/files/a b', '']) {
    expect(() => signer.sign({ method: 'GET', path: wrong, expiresAt })).toThrow('not a path of a URL');
  }
});
