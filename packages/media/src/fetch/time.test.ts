import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTestMedia, type TestMedia } from '../testing/media.ts';
import { makePng } from '../testing/pictures.ts';
import { openWorld, publicName, serveFile, type World } from '../testing/world.ts';

const location = { kind: 'https', url: new URL(`https://${publicName}/file`) } as const;
const quick = { connectMs: 300, firstByteMs: 300, stallMs: 1000, inspectMs: 20_000, callbackMs: 400 };
const drip = { dripMs: 500, slowestBytesPerSecond: 10_000 };

vi.setConfig({ testTimeout: 30_000 });
let world: World;
let testMedia: TestMedia;
let serve: RequestListener;
const timers = new Set<NodeJS.Timeout>();
beforeAll(async () => {
  world = await openWorld((incoming, response) => serve(incoming, response));
  testMedia = await openTestMedia(world, { limits: { ...quick, ...drip } });
});
afterEach(() => {
  for (const timer of timers) clearInterval(timer);
  timers.clear();
});
afterAll(async () => {
  await testMedia.close();
  await world.close();
});

function repeat(milliseconds: number, action: () => void): void {
  timers.add(setInterval(action, milliseconds));
}

/** Well under `inspectMs`, so that it was a shorter limit that ended it, on a busy machine too. */
const soonMs = 8000;

async function expectUnreachableSoon(media = testMedia.media) {
  const started = performance.now();
  expect(await media.inspect(location, 'source')).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(performance.now() - started).toBeLessThan(soonMs);
  expect(await testMedia.leftBehind()).toEqual([]);
}

describe('a server that', () => {
  test('never answers is left after the time for a first byte', async () => {
    serve = () => undefined;
    await expectUnreachableSoon();
  });

  test('sends its headers in drips is left at the same time', async () => {
    serve = (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx: ');
      repeat(50, () => response.socket?.write('y'));
    };
    await expectUnreachableSoon();
  });

  test('stops in the middle of a body is left', async () => {
    serve = (_, response) => void response.writeHead(200).write('x');
    await expectUnreachableSoon();
  });

  test('sends a body in drips is left once it has had its grace', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      repeat(50, () => response.write('x'));
    };
    await expectUnreachableSoon();
  });

  test('sends just fast enough is left when the whole time is over', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      repeat(50, () => response.write(Buffer.alloc(1000)));
    };
    const other = await openTestMedia(world, { limits: { ...quick, inspectMs: 1500 } });
    await expectUnreachableSoon(other.media);
    await other.close();
  });

  test('sends headers without end is left', async () => {
    serve = (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      repeat(1, () => response.socket?.write(`x-${Math.random()}: ${'y'.repeat(8000)}\r\n`));
    };
    await expectUnreachableSoon();
  });

  test('redirects without end is left after five', async () => {
    let requests = 0;
    serve = (_, response) => {
      requests += 1;
      response.writeHead(302, { location: `/${requests}` }).end();
    };
    await expectUnreachableSoon();
    expect(requests).toBe(6);
  });

  test('redirects five times is followed', async () => {
    const file = serveFile(makePng(4, 3), { ranges: true });
    serve = (incoming, response) => {
      const hop = Number(incoming.url?.slice(1)) || 0;
      if (hop === 5) file(incoming, response);
      else response.writeHead(307, { location: `./${hop + 1}` }).end();
    };
    expect(await testMedia.media.inspect(location, 'source')).toMatchObject({ width: 4 });
  });

  test('hangs up is left', async () => {
    serve = (incoming) => incoming.socket.destroy();
    await expectUnreachableSoon();
  });

  test('talks something else than HTTP is left', async () => {
    serve = (incoming) => void incoming.socket.end('220 smtp.restage-test.net ESMTP\r\n');
    await expectUnreachableSoon();
  });
});

describe('a host that', () => {
  test('takes the connection and talks no TLS is left after the time to connect', async () => {
    const open = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => void open.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const dial = () => connect({ host: '127.0.0.1', port });
    const other = await openTestMedia(world, { dial, limits: quick });
    await expectUnreachableSoon(other.media);
    await other.close();
    for (const socket of open) socket.destroy();
    silent.close();
  });

  test('has no name is unreachable', async () => {
    const url = new URL('https://nowhere.restage-test.net/');
    expect(await testMedia.media.inspect({ kind: 'https', url }, 'alpha')).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
  });

  test('has a name that takes for ever to look up is left after the time to connect', async () => {
    const other = await openTestMedia(world, {
      resolveName: () => new Promise(() => undefined),
      limits: quick,
    });
    await expectUnreachableSoon(other.media);
    await other.close();
  });
});

test('lets go of every connection', async () => {
  serve = serveFile(makePng(4, 3), { ranges: true });
  await testMedia.media.inspect(location, 'source');
  await expect.poll(() => world.open()).toBe(0);
});

test('gives up a callback that does not answer after its own time', async () => {
  serve = () => undefined;
  const started = performance.now();
  const answer = await testMedia.media.checkCallback(location.url.href);
  expect(answer).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
  expect(performance.now() - started).toBeLessThan(soonMs);
});
