import { isFailure } from '@restage/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMediaUri } from '../../src/inputs/uri.ts';
import { hostileRedirectTargets, hostileUrls, publicUrls } from '../support/hostile-urls.ts';
import { makePng } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { openTestNetwork, publicName, serveFile, type TestNetwork } from '../support/network.ts';

const roles = ['source', 'alpha', 'reference'] as const;
const params = { source: 'source_uri', alpha: 'alpha_uri', reference: 'reference_image_uri' } as const;
const redirects = [301, 302, 303, 307, 308];

let testNetwork: TestNetwork;
let testMedia: TestMedia;
let addresses: readonly string[] | undefined;
beforeAll(async () => {
  const file = serveFile(makePng(4, 3), { ranges: true });
  testNetwork = await openTestNetwork(
    (incoming, response) => {
      const asked = new URL(incoming.url ?? '/', 'https://any');
      const status = Number(asked.searchParams.get('redirect'));
      if (status === 0) return file(incoming, response);
      response.writeHead(status, { location: asked.searchParams.get('to') ?? '' }).end();
    },
    (name) => (name === 'inside.restage-test.net' ? ['10.0.0.5'] : addresses),
  );
  testMedia = await openTestMedia(testNetwork);
});
afterAll(async () => {
  await testMedia.close();
  await testNetwork.close();
});

async function ask(url: string, role: (typeof roles)[number] | 'callback') {
  if (role === 'callback') return await testMedia.media.checkCallback(url);
  const media = parseMediaUri(url, params[role], { allowPrivateNetwork: false });
  if (isFailure(media)) return media;
  if (media.kind !== 'https') throw new Error(`${url} is no https URL`);
  return await testMedia.media.inspect(media, role);
}

describe.each([...roles, 'callback'] as const)('as %s', (role) => {
  test(`none of ${hostileUrls.length} hostile URLs is connected to, and all fail with the same message`, async () => {
    const [canary, origin] = [testNetwork.canary.connections, testNetwork.origin.connections];
    const messages = new Set<string>();
    for (const vector of hostileUrls) {
      addresses = vector.addresses;
      const answer = await ask(vector.url, role);
      expect(isFailure(answer), vector.url).toBe(true);
      if (!isFailure(answer)) continue;
      if (role === 'callback') expect(answer.code).toBe('INVALID_CALLBACK_URL');
      else expect(['SOURCE_UNREACHABLE', 'INVALID_URI'], vector.url).toContain(answer.code);
      expect(answer.param).toBe(role === 'callback' ? 'callback_url' : params[role]);
      if (!answer.message.includes('received') && answer.code !== 'INVALID_URI') messages.add(answer.message);
    }
    addresses = undefined;
    expect(messages.size).toBe(1);
    expect(testNetwork.canary.connections).toBe(canary);
    expect(testNetwork.origin.connections).toBe(origin);
  });

  test.each(publicUrls)('the public control %s passes', async (url) => {
    const answer = await ask(url, role);
    if (role === 'callback') expect(answer).toBeInstanceOf(URL);
    else expect(answer).toMatchObject({ format: 'png', width: 4, height: 3 });
  });
});

describe.each(roles)('as %s', (role) => {
  test(`a redirect to none of ${hostileRedirectTargets.length} hostile targets is followed, whatever its status`, async () => {
    const canary = testNetwork.canary.connections;
    for (const status of redirects) {
      for (const to of hostileRedirectTargets) {
        const origin = testNetwork.origin.connections;
        const url = `https://${publicName}/?redirect=${status}&to=${encodeURIComponent(to)}`;
        const answer = await ask(url, role);
        expect(answer, `${status} to ${to}`).toMatchObject({
          code: 'SOURCE_UNREACHABLE',
          param: params[role],
        });
        expect(testNetwork.origin.connections, `${status} to ${to}`).toBe(origin + 1);
      }
    }
    expect(testNetwork.canary.connections).toBe(canary);
  });
});

test('has at least 200 vectors', () => {
  expect(new Set(hostileUrls.map(({ url }) => url)).size).toBeGreaterThanOrEqual(200);
});

test('does not follow a redirect of a callback, which has answered', async () => {
  const canary = testNetwork.canary.connections;
  const url = `https://${publicName}/?redirect=302&to=https://127.0.0.1/`;
  expect(await testMedia.media.checkCallback(url)).toBeInstanceOf(URL);
  expect(testNetwork.canary.connections).toBe(canary);
});
