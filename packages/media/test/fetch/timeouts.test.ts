import type { RequestListener } from 'node:http';
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { makePng } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { openTestNetwork, publicName, serveFile, type TestNetwork } from '../support/network.ts';

const location = { kind: 'https', url: new URL(`https://${publicName}/file`) } as const;
const quick = { connectMs: 300, firstByteMs: 300, stallMs: 1000, inspectMs: 20_000, callbackMs: 400 };
const slowBody = { slowBodyGraceMs: 500, minBytesPerSecond: 10_000 };

vi.setConfig({ testTimeout: 30_000 });
let testNetwork: TestNetwork;
let testMedia: TestMedia;
let serve: RequestListener;
const timers = new Set<NodeJS.Timeout>();
beforeAll(async () => {
  testNetwork = await openTestNetwork((incoming, response) => serve(incoming, response));
  testMedia = await openTestMedia(testNetwork, { limits: { ...quick, ...slowBody } });
});
afterEach(() => {
  for (const timer of timers) clearInterval(timer);
  timers.clear();
});
afterAll(async () => {
  await testMedia.close();
  await testNetwork.close();
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
  test('never responds fails after firstByteMs', async () => {
    serve = () => undefined;
    await expectUnreachableSoon();
  });

  test('sends its headers byte by byte fails after firstByteMs', async () => {
    serve = (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx: ');
      repeat(50, () => response.socket?.write('y'));
    };
    await expectUnreachableSoon();
  });

  test('stops in the middle of a body fails', async () => {
    serve = (_, response) => void response.writeHead(200).write('x');
    await expectUnreachableSoon();
  });

  test('sends a body byte by byte fails after slowBodyGraceMs', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      repeat(50, () => response.write('x'));
    };
    await expectUnreachableSoon();
  });

  test('sends just fast enough fails after inspectMs', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      repeat(50, () => response.write(Buffer.alloc(1000)));
    };
    const other = await openTestMedia(testNetwork, { limits: { ...quick, inspectMs: 1500 } });
    await expectUnreachableSoon(other.media);
    await other.close();
  });

  test('sends just fast enough fails when the time that the caller gives it is over', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      repeat(50, () => response.write(Buffer.alloc(1000)));
    };
    const other = await openTestMedia(testNetwork, { limits: quick });
    for (const timeoutMs of [1500.5, -1]) {
      const inspect: typeof other.media.inspect = (media, role) =>
        other.media.inspect(media, role, { timeoutMs });
      await expectUnreachableSoon({ ...other.media, inspect });
    }
    await other.close();
  });

  test('sends endless headers fails', async () => {
    serve = (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      repeat(1, () => response.socket?.write(`x-${Math.random()}: ${'y'.repeat(8000)}\r\n`));
    };
    await expectUnreachableSoon();
  });

  test('redirects endlessly fails after five redirects', async () => {
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

  test('closes the connection fails', async () => {
    serve = (incoming) => incoming.socket.destroy();
    await expectUnreachableSoon();
  });

  test('speaks another protocol than HTTP fails', async () => {
    serve = (incoming) => void incoming.socket.end('220 smtp.restage-test.net ESMTP\r\n');
    await expectUnreachableSoon();
  });
});

describe('a host that', () => {
  test('accepts the connection without TLS fails after connectMs', async () => {
    const open = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => void open.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connect = () => connectSocket({ host: '127.0.0.1', port });
    const other = await openTestMedia(testNetwork, { connect: connect, limits: quick });
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

  test('has a name whose DNS lookup never ends fails after connectMs', async () => {
    const other = await openTestMedia(testNetwork, {
      resolveName: () => new Promise(() => undefined),
      limits: quick,
    });
    await expectUnreachableSoon(other.media);
    await other.close();
  });
});

test('closes every connection', async () => {
  serve = serveFile(makePng(4, 3), { ranges: true });
  await testMedia.media.inspect(location, 'source');
  await expect.poll(() => testNetwork.open()).toBe(0);
});

test('a callback that does not respond fails after callbackMs', async () => {
  serve = () => undefined;
  const started = performance.now();
  const answer = await testMedia.media.checkCallback(location.url.href);
  expect(answer).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
  expect(performance.now() - started).toBeLessThan(soonMs);
});
