import { expect, test } from 'vitest';
import { startupBanner } from './banner.ts';

const server = {
  role: 'all',
  url: 'http://127.0.0.1:8787',
  firstKey: 'rsk_x',
  consoleLink: undefined,
  stop: () => Promise.resolve(),
} as const;

test('the first call reads the samples of the current folder, if the server has none of its own', () => {
  const banner = startupBanner(server);
  expect(banner).toContain('from this folder');
  expect(banner).toContain('base64 < samples/subject.jpg |');
});

test('the first call reads the samples that come with the package, with quotes where a shell needs them', () => {
  expect(startupBanner(server, '/opt/restage/samples')).toContain(
    'base64 < /opt/restage/samples/matte.png |',
  );
  const banner = startupBanner(server, "/home/o'neil/my samples");
  expect(banner).toContain(`base64 < '/home/o'\\''neil/my samples/subject.jpg' |`);
  expect(banner).not.toContain('from this folder');
});
