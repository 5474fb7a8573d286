import { Restage } from '@restage/sdk';
import { type TestRestage, testRestage } from '@restage/testing';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';

/** The app, with a client of a Restage in this process. */
const createTestApp = ({ key, url }: Pick<TestRestage, 'key' | 'url'>) =>
  createApp(new Restage({ apiKey: key, baseUrl: url, maxRetries: 0 }));

const postPortrait = (body: BodyInit) => new Request('http://app.test/portraits', { method: 'POST', body });

const readPicture = async ({ picture }: TestRestage) => (await fetch(picture)).arrayBuffer();

test('POST /portraits starts a job, whose picture GET /portraits/{id} gives once it has ended', async () => {
  await using restage = await testRestage();
  const app = createTestApp(restage);

  const posted = await app.request(postPortrait(await readPicture(restage)));
  expect(posted.status).toBe(202);
  const { id } = await posted.json();

  // The router's procedures as functions: what the app has done, seen from the server's side.
  const job = await restage.caller.generations.get({ id, wait: 60 });
  expect(job).toMatchObject({ status: 'completed', alpha_mode: 'auto' });

  const portrait = await (await app.request(`/portraits/${id}`)).json();
  expect(portrait.status).toBe('completed');
  expect((await fetch(portrait.url)).headers.get('content-type')).toBe('image/png');
});

test('POST /portraits answers 415 to bytes that are no picture, and starts nothing', async () => {
  await using restage = await testRestage();
  const posted = await createTestApp(restage).request(postPortrait('just text'));
  expect(posted.status).toBe(415);
  expect((await restage.caller.generations.list({})).jobs).toEqual([]);
});

test('POST /portraits answers 503 when the account has no credits', async () => {
  await using restage = await testRestage({ credits: 0 });
  const posted = await createTestApp(restage).request(postPortrait(await readPicture(restage)));
  expect([posted.status, await posted.json()]).toEqual([503, { message: 'The studio is closed for today.' }]);
});

test('POST /portraits answers 503 with retry-after when the rate limit is reached', async () => {
  // An upload and a start: the second portrait of a minute is one too many.
  await using restage = await testRestage({ settings: { writeRpm: 2 } });
  const app = createTestApp(restage);
  const picture = await readPicture(restage);
  expect((await app.request(postPortrait(picture))).status).toBe(202);
  const refused = await app.request(postPortrait(picture));
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test("GET /portraits/{id} answers 404 for another account's job", async () => {
  await using restage = await testRestage();
  const { key } = await restage.createAccount();
  const { id } = await restage.callerWith({ key }).generations.start({
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: restage.picture,
    prompt: 'snow',
  });
  expect((await createTestApp(restage).request(`/portraits/${id}`)).status).toBe(404);
});
