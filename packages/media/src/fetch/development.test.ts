import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestMedia, type TestMedia } from '../testing/media.ts';
import { makePng } from '../testing/pictures.ts';
import { openWorld, publicName, serveFile, type World } from '../testing/world.ts';

const server = createServer(serveFile(makePng(4, 3), { ranges: true }));
let test: TestMedia;
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  test = await openTestMedia(undefined, { allowPrivateNetwork: true });
});
afterAll(async () => {
  await test.close();
  server.close();
});

it('lets http and private addresses through where that is allowed, and says so loudly', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const url = new URL(`http://${host}:${port}/a.png`);
    expect(await test.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({ width: 4 });
    expect(await test.media.checkCallback(url.href)).toEqual(url);
  }
  expect(test.logged[0]?.message).toContain('UNSAFE');
});

it('even there follows no redirect from https to http', async () => {
  const world: World = await openWorld((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/a.png` }).end();
  });
  const other = await openTestMedia(world, { allowPrivateNetwork: true });
  const url = new URL(`https://${publicName}/a.png`);
  expect(await other.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(world.canary.connections).toBe(0);
  await other.close();
  await world.close();
});

it('is closed and silent unless told otherwise', async () => {
  const closed = await openTestMedia();
  const url = new URL(`http://127.0.0.1:${port}/a.png`);
  expect(await closed.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(await closed.media.checkCallback(url.href)).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
  expect(await closed.media.post(url, '{}', {}, { timeoutMs: 1000 })).toMatchObject({ kind: 'unreachable' });
  expect(closed.logged.some(({ message }) => message.includes('UNSAFE'))).toBe(false);
  await closed.close();
});
