import { connect, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makePng } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import {
  changingName,
  openTestNetwork,
  publicAddress,
  publicName,
  serveFile,
  type TestNetwork,
} from '../support/network.ts';

const file = serveFile(makePng(4, 3), { ranges: true });
const at = (host: string) => ({ kind: 'https', url: new URL(`https://${host}/a.png`) }) as const;

let testNetwork: TestNetwork;
let answers: readonly string[][] = [];
let other: TestMedia | undefined;
beforeAll(async () => {
  testNetwork = await openTestNetwork(
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
afterAll(() => testNetwork.close());

test('connects to the address that was checked, though the name resolves to another one later', async () => {
  answers = [[publicAddress], ['127.0.0.1'], ['127.0.0.1']];
  other = await openTestMedia(testNetwork);
  expect(await other.media.inspect(at(changingName), 'source')).toMatchObject({ width: 4 });
  expect(answers.length).toBe(2);
  expect(testNetwork.canary.connections).toBe(0);
});

test('checks the address again for every connection', async () => {
  answers = [[publicAddress], ['127.0.0.1']];
  other = await openTestMedia(testNetwork);
  const url = new URL(`https://${changingName}/again`);
  expect(await other.media.inspect({ kind: 'https', url }, 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  expect(answers.length).toBe(0);
  expect(testNetwork.canary.connections).toBe(0);
});

test('tries the next address of a host if the first refuses the connection', async () => {
  const elsewhere = '203.0.114.1';
  other = await openTestMedia(testNetwork, {
    resolveName: async () => [elsewhere, publicAddress],
    connect: (address, port) =>
      address === elsewhere
        ? connect({ host: '127.0.0.1', port: 1 })
        : testNetwork.network.connect(address, port),
  });
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ width: 4 });
});

test('tries the next address of a host soon if the first never responds', async () => {
  const elsewhere = '203.0.114.1';
  other = await openTestMedia(testNetwork, {
    resolveName: async () => [elsewhere, publicAddress],
    connect: (address, port) =>
      address === elsewhere ? new Socket() : testNetwork.network.connect(address, port),
    limits: { connectMs: 600 },
  });
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ width: 4 });
});

test('refuses a server whose certificate is for another name', async () => {
  other = await openTestMedia(testNetwork);
  expect(await other.media.inspect(at('impostor.restage-test.net'), 'source')).toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
});

test('refuses a server whose certificate is not trusted', async () => {
  const { certificateAuthorities: _, ...network } = testNetwork.network;
  other = await openTestMedia(undefined, network);
  expect(await other.media.inspect(at(publicName), 'source')).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
});

test('sends SNI and Host, and no header that reveals the server', async () => {
  let headers: object = {};
  let servername: unknown;
  const observing = await openTestNetwork((incoming, response) => {
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
