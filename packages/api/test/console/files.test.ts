import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, hasConsole } from '@restage/api';
import { openTransports } from '@restage/testing/support';
import { afterAll, describe, expect, test } from 'vitest';

const { ctx, url } = await openTransports({ work: false });
const directory = await mkdtemp(join(tmpdir(), 'restage-console-'));
afterAll(() => rm(directory, { recursive: true }));

const openApp = (consoleDirectory: string) =>
  createApp(ctx, { publicUrl: url, maxBodyBytes: 1e6, ready: async () => ({}), consoleDirectory });

describe('a built console', async () => {
  const dist = join(directory, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>Restage</title>');
  await writeFile(join(dist, 'assets/index-a1.js'), `console.log(${'1'.repeat(2000)})`);
  await writeFile(join(directory, 'secret.txt'), 'secret');
  const app = openApp(dist);

  test.each(['', '/', '/jobs', '/jobs/swx_1', '/requests?code=INVALID_URI'])(
    'answers /console%s with its page under a strict policy',
    async (path) => {
      const response = await app.request(`/console${path}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(await response.text()).toContain('<title>Restage</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      for (const rule of [
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "frame-ancestors 'none'",
      ]) {
        expect(policy).toContain(rule);
      }
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  test('allows pictures, videos and requests from where downloads are redirected to', async () => {
    const origin = 'https://bucket.s3.example';
    const options = { publicUrl: url, maxBodyBytes: 1e6, ready: async () => ({}) };
    const redirecting = createApp(ctx, { ...options, downloadsOrigin: origin });
    const response = await redirecting.request('/console/');
    const policy = response.headers.get('content-security-policy') ?? '';
    const rules = policy.split('; ').filter((rule) => rule.includes(origin));
    expect(rules.map((rule) => rule.split(' ')[0])).toEqual(['img-src', 'media-src', 'connect-src']);
  });

  test('serves files with a hash in their names for good, compressed where that is asked for', async () => {
    const response = await app.request('/console/assets/index-a1.js', {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-encoding')).toBe('gzip');
  });

  test('is known to be built', async () => {
    expect(await hasConsole(dist)).toBe(true);
  });

  test('answers HEAD without a body, and 304 to a browser that has the file', async () => {
    const head = await app.request('/console', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const etag = head.headers.get('etag') ?? '';
    const fresh = await app.request('/console', { headers: { 'if-none-match': etag } });
    expect([fresh.status, await fresh.text(), fresh.headers.get('etag')]).toEqual([304, '', etag]);
  });

  test.each([
    '/assets/gone-b2.js',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets',
    '/icon.svg',
  ])('answers /console%s with NOT_FOUND, or its page, and never with a file elsewhere', async (path) => {
    const response = await app.request(`/console${path}`);
    const text = await response.text();
    expect(text).not.toContain('secret</');
    expect(text).not.toBe('secret');
    if (path.startsWith('/assets/'))
      expect([response.status, text]).toEqual([404, expect.stringContaining('NOT_FOUND')]);
  });
});

test('a console that is not built says what to run, and the API works', async () => {
  expect(await hasConsole(join(directory, 'nowhere'))).toBe(false);
  const app = openApp(join(directory, 'nowhere'));
  const response = await app.request('/console');
  expect([response.status, await response.text()]).toEqual([
    503,
    expect.stringContaining('pnpm@12 build console'),
  ]);
  expect((await app.request('/healthz')).status).toBe(200);
});
