import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePng } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { openTestNetwork, publicName, serveFile, type TestNetwork } from '../support/network.ts';

const server = createServer(serveFile(makePng(4, 3), { ranges: true }));
let testMedia: TestMedia;
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  testMedia = await openTestMedia(undefined, { allowPrivateNetwork: true });
});
afterAll(async () => {
  await testMedia.close();
  server.close();
});

test('allowPrivateNetwork allows http and private addresses, and logs a warning', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const url = new URL(`http://${host}:${port}/a.png`);
    expect(await testMedia.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({ width: 4 });
    expect(await testMedia.media.checkCallback(url.href)).toEqual(url);
  }
  expect(testMedia.logged[0]?.message).toBe('private_network_allowed');
});

test('allowPrivateNetwork follows no redirect from https to http', async () => {
  const testNetwork: TestNetwork = await openTestNetwork((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/a.png` }).end();
  });
  const other = await openTestMedia(testNetwork, { allowPrivateNetwork: true });
  const url = new URL(`https://${publicName}/a.png`);
  expect(await other.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(testNetwork.canary.connections).toBe(0);
  await other.close();
  await testNetwork.close();
});

test('without allowPrivateNetwork private addresses are refused, and nothing is logged', async () => {
  const closed = await openTestMedia();
  const url = new URL(`http://127.0.0.1:${port}/a.png`);
  expect(await closed.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(await closed.media.checkCallback(url.href)).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
  expect(await closed.media.post(url, '{}', {}, { timeoutMs: 1000 })).toMatchObject({ kind: 'unreachable' });
  expect(closed.logged.some(({ message }) => message === 'private_network_allowed')).toBe(false);
  await closed.close();
});
