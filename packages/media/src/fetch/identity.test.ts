import { connect, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from '../testing/media.ts';
import { makePng } from '../testing/pictures.ts';
import {
  changingName,
  openWorld,
  publicAddress,
  publicName,
  serveFile,
  type World,
} from '../testing/world.ts';

const file = serveFile(makePng(4, 3), { ranges: true });
const at = (host: string) => ({ kind: 'https', url: new URL(`https://${host}/a.png`) }) as const;

let world: World;
let answers: readonly string[][] = [];
let other: TestMedia | undefined;
beforeAll(async () => {
  world = await openWorld(
    (incoming, response) => {
      if (incoming.url === '/again')
        response.writeHead(302, { location: '/a.png', connection: 'close' }).end();
      else file(incoming, response);
    },
    (name) => {
      if (name === 'impostor.restage-test.net') return [publicAddress];
      if (name !== changingName) return undefined;
      const [first, ...rest] = answers;
      answers = rest;
      return first;
    },
  );
});
afterEach(async () => {
  await other?.close();
});
afterAll(() => world.close());

test('dials the address that was checked, though the name has another one a moment later', async () => {
  answers = [[publicAddress], ['127.0.0.1'], ['127.0.0.1']];
  other = await openTestMedia(world);
  expect(await other.media.inspect(at(changingName), 'source')).toMatchObject({ width: 4 });
  expect(answers.length).toBe(2);
  expect(world.canary.connections).toBe(0);
});

test('checks again for every connection', async () => {
  answers = [[publicAddress], ['127.0.0.1']];
  other = await openTestMedia(world);
  const url = new URL(`https://${changingName}/again`);
  expect(await other.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(answers.length).toBe(0);
  expect(world.canary.connections).toBe(0);
});

test('tries the other addresses of a host that does not answer at the first', async () => {
  const elsewhere = '203.0.114.1';
  other = await openTestMedia(world, {
    resolveName: async () => [elsewhere, publicAddress],
    dial: (address, port) =>
      address === elsewhere ? connect({ host: '127.0.0.1', port: 1 }) : world.network.dial(address, port),
  });
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ width: 4 });
});

test('does not wait long for an address that never answers when there is another one', async () => {
  const elsewhere = '203.0.114.1';
  other = await openTestMedia(world, {
    resolveName: async () => [elsewhere, publicAddress],
    dial: (address, port) => (address === elsewhere ? new Socket() : world.network.dial(address, port)),
    limits: { connectMs: 600 },
  });
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ width: 4 });
});

test('refuses a server whose certificate is for another name', async () => {
  other = await openTestMedia(world);
  expect(await other.media.inspect(at('impostor.restage-test.net'), 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
});

test('refuses a server whose certificate nobody vouches for', async () => {
  const { certificateAuthorities: _, ...network } = world.network;
  other = await openTestMedia(undefined, network);
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
});

test('sends the name to the server, and nothing that tells about us', async () => {
  let headers: object = {};
  let servername: unknown;
  const observing = await openWorld((incoming, response) => {
    headers = incoming.headers;
    servername = 'servername' in incoming.socket ? incoming.socket.servername : undefined;
    file(incoming, response);
  });
  other = await openTestMedia(observing);
  await other.media.inspect(at(publicName), 'source');
  expect(servername).toBe(publicName);
  expect(headers).toEqual({
    host: publicName,
    connection: 'keep-alive',
    range: 'bytes=0-65535',
    'accept-encoding': 'identity',
    'user-agent': 'restage',
  });
  await observing.close();
});
