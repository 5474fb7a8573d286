import { fixtureUrl } from '@restage/fixtures';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { type Job, Restage, safe } from '../../src/index.ts';

const engine = controllableEngine();
const server = await openTransports({ engine });
const { key } = await server.account();

const sameOrigin = { 'sec-fetch-site': 'same-origin' };

/** Signs in as a browser does on a page of the server. @returns a client whose `fetch` keeps the cookie */
async function signIn() {
  const response = await fetch(`${server.url}/console/session`, {
    method: 'POST',
    headers: { ...sameOrigin, 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  const requests: { path: string; headers: Headers }[] = [];
  const restage = new Restage({
    session: true,
    apiKey: key,
    baseUrl: server.url,
    fetch(url, init) {
      const headers = new Headers(init?.headers);
      requests.push({ path: new URL(String(url)).pathname, headers: new Headers(headers) });
      for (const [name, value] of Object.entries({ ...sameOrigin, cookie })) headers.set(name, value);
      return fetch(url, { ...init, headers });
    },
  });
  return { restage, requests };
}

test('a client with a session calls, uploads and watches a job to its end over tRPC alone, and sends no key', async () => {
  const { restage, requests } = await signIn();
  const { beeble_uri } = await restage.uploads.upload(fixtureUrl('cat.png'));
  const { id } = await restage.generations.start({
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: beeble_uri,
    prompt: 'snow',
  });
  const seen: Job[] = [];
  const watching = (async () => {
    for await (const job of restage.generations.watch(id)) seen.push(job);
  })();
  await expect.poll(() => seen.at(-1)?.status).toBe('processing');
  // A job is processing from its claim on, before it renders.
  await engine.started(1);
  engine.advance(1);
  await watching;
  expect(seen.at(-1)).toMatchObject({ id, status: 'completed', output: { render: expect.any(String) } });
  const paths = requests.map(({ path }) => path).filter((path) => !path.startsWith('/files/'));
  expect(paths.filter((path) => path.endsWith('generations.watch'))).toHaveLength(1);
  expect(paths.every((path) => path.startsWith('/trpc/'))).toBe(true);
  expect(requests.some(({ headers }) => headers.has('x-api-key'))).toBe(false);
});

test('a client with a session uploads to its own origin, whatever name the server signs its URLs with', async () => {
  const { restage, requests } = await signIn();
  const upload = await restage.uploads.create({ filename: 'a.png' });
  await restage.uploads.put(
    { upload_url: upload.upload_url.replace(server.url, 'https://elsewhere.example') },
    new Blob(['x']),
  );
  expect(requests.at(-1)?.path).toBe(new URL(upload.upload_url).pathname);
});

test('a watch with a session ends with the error of its stream', async () => {
  const { restage } = await signIn();
  const watch = restage.generations.watch(`swx_${'0'.repeat(24)}`);
  const results = [];
  for await (const result of safe(watch)) results.push(result.error);
  expect(results).toMatchObject([{ code: 'JOB_NOT_FOUND', status: 404, requestId: expect.any(String) }]);
});

test('a watch with a session that has ended fails with INVALID_API_KEY', async () => {
  const restage = new Restage({ session: true, baseUrl: server.url, maxRetries: 0 });
  const { error } = await safe(restage.generations.wait('swx_1'));
  expect(error?.code).toBe('INVALID_API_KEY');
});
