import { inspect } from 'node:util';
import { createApp } from '@restage/api';
import { createTicket, issueKey, revokeKey, startGeneration } from '@restage/core';
import { consoleSessions, consoleTickets } from '@restage/db';
import { isFailure } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import { openTransports } from '@restage/testing/support';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const server = await openTransports({ work: false });
const { ctx, clock, lines, url } = server;

const sameOrigin = { 'sec-fetch-site': 'same-origin' };
const json = { 'content-type': 'application/json' };
const hours = 3_600_000;

beforeEach(() => {
  clock.offset = 0;
  ctx.keyCache.clear();
});

/** Every secret of these tests, none of which may be logged. */
const secrets: string[] = [];
afterEach(() => {
  const log = inspect(lines, { depth: 9, maxArrayLength: null, maxStringLength: null });
  for (const secret of secrets) expect(log).not.toContain(secret);
});

async function issue(expiresAt?: Date) {
  const { id: accountId } = await server.account();
  const issued = await issueKey(ctx, accountId, { name: 'console', mode: 'live', expiresAt });
  if (isFailure(issued)) throw new Error(issued.message);
  secrets.push(issued.key);
  return issued;
}

async function issueTicket(accountId: string): Promise<string> {
  const made = await createTicket(ctx, accountId);
  if (isFailure(made)) throw new Error(made.message);
  secrets.push(made.ticket);
  return made.ticket;
}

const post = (body: unknown, headers: Record<string, string> = { ...sameOrigin, ...json }) =>
  fetch(`${url}/console/session`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The status of an answer, and of a failure its code and its parameter. */
async function outcome(answer: Response) {
  const text = await answer.text();
  if (text === '') return answer.status;
  const body: unknown = JSON.parse(text);
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(body).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  const { code } = (body as { error: { code: string } }).error;
  return [answer.status, code, answer.headers.get('x-error-param')];
}

const invalidKey = [401, 'INVALID_API_KEY', null];

/** Opens a session, and gives its cookie as a browser sends it. */
async function signIn(body: { key: string } | { ticket: string }): Promise<string> {
  const answer = await post(body);
  expect(answer.status).toBe(204);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  secrets.push(cookie.slice(cookie.indexOf('=') + 1));
  return cookie;
}

const callTrpc = (cookie: string, headers: Record<string, string> = sameOrigin) =>
  fetch(`${url}/trpc/account.info`, { headers: { cookie, ...headers } });
const trpcStatus = async (cookie: string, headers?: Record<string, string>) =>
  (await callTrpc(cookie, headers)).status;
const checkSession = (cookie: string, headers: Record<string, string> = sameOrigin) =>
  fetch(`${url}/console/session`, { headers: { cookie, ...headers } });

describe('POST /console/session', () => {
  test('with a key answers 204 with a cookie that no script reads and no other site sends', async () => {
    const { key } = await issue();
    const answer = await post({ key });
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([
      204,
      '',
      'no-store',
    ]);
    const [cookie, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(cookie).toMatch(/^restage_session=[\w-]{43}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict']);
    expect(cookie).not.toContain(key);
  });

  test('stores the token and the ticket as hashes only', async () => {
    const { accountId, key } = await issue();
    const cookie = await signIn({ key });
    const ticket = await issueTicket(accountId);
    const rows = JSON.stringify([
      await ctx.db.select().from(consoleSessions),
      await ctx.db.select().from(consoleTickets),
    ]);
    expect(rows).toContain('hash');
    expect(rows).not.toContain(cookie.split('=')[1]);
    expect(rows).not.toContain(ticket);
  });

  test.each([
    ['another site’s page', { 'sec-fetch-site': 'cross-site', ...json }],
    ['a page of another origin on the same site', { 'sec-fetch-site': 'same-site', ...json }],
    ['the address bar', { 'sec-fetch-site': 'none', ...json }],
    ['a sender without sec-fetch-site', json],
    ['two values of sec-fetch-site', { 'sec-fetch-site': 'same-origin, cross-site', ...json }],
  ])('from %s is refused with INVALID_REQUEST, and sets no cookie', async (_, headers) => {
    const { key } = await issue();
    const answer = await post({ key }, { ...headers, origin: 'https://elsewhere.example' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await outcome(answer)).toEqual([400, 'INVALID_REQUEST', 'sec-fetch-site']);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'application/json-seq',
  ])('of a form or other content, %s, is refused with INVALID_REQUEST', async (type) => {
    const { key } = await issue();
    const answer = await post({ key }, { ...sameOrigin, 'content-type': type });
    expect(await answer.clone().text()).toContain('must be application/json; received ');
    expect(await outcome(answer)).toEqual([400, 'INVALID_REQUEST', 'content-type']);
  });

  test('from another origin’s fetch is refused, also where that origin may call the API', async () => {
    const { key } = await issue();
    const options = { publicUrl: url, maxBodyBytes: 1e6, ready: async () => ({}) };
    const app = createApp(ctx, { ...options, corsOrigins: ['https://app.example'] });
    const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site', ...json };
    const answer = await app.request('/console/session', {
      method: 'POST',
      headers,
      body: JSON.stringify({ key }),
    });
    expect(await outcome(answer)).toEqual([400, 'INVALID_REQUEST', 'sec-fetch-site']);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each([
    ['no body', '', 400, 'INVALID_REQUEST'],
    ['no JSON', '{"key":', 400, 'INVALID_REQUEST'],
    ['an array', [], 400, 'INVALID_REQUEST'],
    ['null', 'null', 400, 'INVALID_REQUEST'],
    ['neither key nor ticket', {}, 400, 'INVALID_REQUEST'],
    ['key and ticket', { key: 'a', ticket: 'b' }, 400, 'INVALID_REQUEST'],
    ['a key that is no text', { key: 1 }, 400, 'INVALID_REQUEST'],
    ['over 4096 bytes', { key: 'x'.repeat(4096) }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('with %s is refused in the envelope', async (_, body, status, code) => {
    const answer = await post(body);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await outcome(answer)).toEqual([status, code, null]);
  });

  test('answers every key and ticket that is not valid with the same error', async () => {
    const revoked = await issue();
    await revokeKey(ctx, revoked.id);
    const { accountId } = await issue();
    const used = await issueTicket(accountId);
    await signIn({ ticket: used });
    const bodies = [
      { key: '' },
      { key: 'nonsense' },
      { key: `rsk_${'x'.repeat(43)}` },
      { key: revoked.key },
      { ticket: '' },
      { ticket: 'nonsense' },
      { ticket: used },
    ];
    const answers = await Promise.all(bodies.map(async (body) => (await post(body)).json()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ error: { code: 'INVALID_API_KEY' } });
  });

  test('counts against the account’s writes', async () => {
    const { key } = await issue();
    const limited = createApp(
      { ...ctx, settings: { ...ctx.settings, writeRpm: 1 }, keyCache: new Map() },
      { publicUrl: url, maxBodyBytes: 1e6, ready: async () => ({}) },
    );
    const request = { method: 'POST', headers: { ...sameOrigin, ...json }, body: JSON.stringify({ key }) };
    expect((await limited.request('/console/session', request)).status).toBe(204);
    const answer = await limited.request('/console/session', request);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });

  test.each(['PUT', 'PATCH'])('with %s in its place is METHOD_NOT_ALLOWED', async (method) => {
    const answer = await fetch(`${url}/console/session`, { method, headers: sameOrigin });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD, POST']);
  });
});

describe('a ticket', () => {
  test('opens a session of the account’s newest active live key', async () => {
    const { accountId, id } = await issue();
    const cookie = await signIn({ ticket: await issueTicket(accountId) });
    expect(await trpcStatus(cookie)).toBe(200);
    await revokeKey(ctx, id);
    clock.offset += 5001;
    expect(await trpcStatus(cookie)).toBe(401);
  });

  test('is refused when it is replayed', async () => {
    const ticket = await issueTicket((await issue()).accountId);
    await signIn({ ticket });
    expect(await outcome(await post({ ticket }))).toEqual(invalidKey);
  });

  test('used by ten requests at once opens one session', async () => {
    const ticket = await issueTicket((await issue()).accountId);
    const before = (await ctx.db.select().from(consoleSessions)).length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ ticket })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(401)]);
    expect(await ctx.db.select().from(consoleSessions)).toHaveLength(before + 1);
  });

  test('is refused after ten minutes', async () => {
    const { accountId } = await issue();
    const [first, second] = [await issueTicket(accountId), await issueTicket(accountId)];
    clock.offset += 599_000;
    await signIn({ ticket: first });
    clock.offset += 2000;
    expect(await outcome(await post({ ticket: second }))).toEqual(invalidKey);
  });

  test('is refused once its key is revoked', async () => {
    const { accountId, id } = await issue();
    const ticket = await issueTicket(accountId);
    await revokeKey(ctx, id);
    expect(await outcome(await post({ ticket }))).toEqual(invalidKey);
  });
});

describe('the session cookie', () => {
  test('authenticates /trpc as its key does', async () => {
    const { key } = await issue();
    const cookie = await signIn({ key });
    const byCookie: unknown = await (await callTrpc(cookie)).json();
    const byKey: unknown = await (await callTrpc('', { 'x-api-key': key })).json();
    // Opening the session counted as a write, in both.
    expect(byCookie).toEqual(byKey);
    const sent = { method: 'POST', headers: { cookie, ...sameOrigin, ...json } };
    const created = await fetch(`${url}/trpc/keys.create`, {
      ...sent,
      body: JSON.stringify({ name: 'made in the console', mode: 'test' }),
    });
    expect(created.status).toBe(200);
  });

  test.each(['cross-site', 'same-site', 'none', undefined])(
    'is ignored on /trpc with sec-fetch-site %s',
    async (site) => {
      const cookie = await signIn({ key: (await issue()).key });
      expect(await trpcStatus(cookie)).toBe(200);
      expect(await trpcStatus(cookie, site === undefined ? {} : { 'sec-fetch-site': site })).toBe(401);
    },
  );

  test('is ignored on REST routes', async () => {
    const cookie = await signIn({ key: (await issue()).key });
    for (const path of ['/v1/account/info', '/v1/account/keys', '/v1/switchx/generations']) {
      const answer = await fetch(`${url}${path}`, { headers: { cookie, ...sameOrigin } });
      expect(await outcome(answer)).toEqual(invalidKey);
    }
    const headers = { cookie, ...sameOrigin, ...json };
    const answer = await fetch(`${url}/v1/uploads`, {
      method: 'POST',
      headers,
      body: '{"filename":"a.png"}',
    });
    expect(await outcome(answer)).toEqual(invalidKey);
  });

  test('gives way to a key in the same request, valid or not', async () => {
    const [first, second] = [await issue(), await issue()];
    const cookie = await signIn({ key: first.key });
    const list = async (headers: Record<string, string>) => {
      const answer = await fetch(`${url}/trpc/keys.list`, { headers: { cookie, ...sameOrigin, ...headers } });
      return [answer.status, await answer.text()] as const;
    };
    expect((await list({}))[1]).toContain(first.id);
    const [, keys] = await list({ 'x-api-key': second.key });
    expect(keys).toContain(second.id);
    expect(keys).not.toContain(first.id);
    expect((await list({ authorization: `Bearer rsk_${'x'.repeat(43)}` }))[0]).toBe(401);
  });

  test('never passes for a key, nor a key for it', async () => {
    const { key } = await issue();
    const cookie = await signIn({ key });
    expect(await trpcStatus(cookie)).toBe(200);
    expect(await trpcStatus('', { 'x-api-key': cookie.split('=')[1] ?? '' })).toBe(401);
    expect(await trpcStatus('', { 'x-api-key': key })).toBe(200);
    expect(await trpcStatus(`restage_session=${key}`)).toBe(401);
  });

  test('of an ended session is refused, and of another session is not', async () => {
    const { key } = await issue();
    const [cookie, other] = [await signIn({ key }), await signIn({ key })];
    expect(await Promise.all([trpcStatus(cookie), trpcStatus(other)])).toEqual([200, 200]);
    const headers = { cookie, ...sameOrigin };
    const answer = await fetch(`${url}/console/session`, { method: 'DELETE', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^restage_session=; Max-Age=0;/);
    expect(await Promise.all([trpcStatus(cookie), trpcStatus(other)])).toEqual([401, 200]);
    expect((await fetch(`${url}/console/session`, { method: 'DELETE', headers })).status).toBe(204);
  });

  test('of a revoked key is refused within five seconds', async () => {
    const { id, key } = await issue();
    const cookie = await signIn({ key });
    expect(await trpcStatus(cookie)).toBe(200);
    await revokeKey(ctx, id);
    clock.offset += 5000;
    expect(await trpcStatus(cookie)).toBe(401);
    expect(await outcome(await checkSession(cookie))).toEqual(invalidKey);
  });

  test('of an expired key is refused at once', async () => {
    const { key } = await issue(new Date(ctx.now() + hours));
    const cookie = await signIn({ key });
    clock.offset += hours - 1000;
    expect(await trpcStatus(cookie)).toBe(200);
    clock.offset += 1000;
    expect(await trpcStatus(cookie)).toBe(401);
  });

  test('is refused after twelve hours, though the cache knew it a moment before', async () => {
    const cookie = await signIn({ key: (await issue()).key });
    clock.offset += 12 * hours - 1000;
    expect(await trpcStatus(cookie)).toBe(200);
    clock.offset += 1000;
    expect(await trpcStatus(cookie)).toBe(401);
  });
});

describe('GET /console/session', () => {
  test('answers with the mode of its key to a page that is signed in, and 401 in the envelope otherwise', async () => {
    const cookie = await signIn({ key: (await issue()).key });
    const answer = await checkSession(cookie);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toEqual({ mode: 'live' });
    expect(await outcome(await checkSession(''))).toEqual(invalidKey);
    expect(await outcome(await checkSession('restage_session='))).toEqual(invalidKey);
    expect(await outcome(await checkSession('restage_session=nonsense'))).toEqual(invalidKey);
    expect(await outcome(await checkSession(cookie, { 'sec-fetch-site': 'cross-site' }))).toEqual(invalidKey);
  });
});

test('DELETE /console/session from another site is refused, and ends nothing', async () => {
  const cookie = await signIn({ key: (await issue()).key });
  for (const headers of [{ cookie, 'sec-fetch-site': 'cross-site' }, { cookie }]) {
    const answer = await fetch(`${url}/console/session`, { method: 'DELETE', headers });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await outcome(answer)).toEqual([400, 'INVALID_REQUEST', 'sec-fetch-site']);
  }
  expect(await trpcStatus(cookie)).toBe(200);
});

test('with an https public URL the cookie is Secure and has the prefix __Host-, and no other name counts', async () => {
  const { key } = await issue();
  const options = { publicUrl: 'https://restage.example', maxBodyBytes: 1e6, ready: async () => ({}) };
  const app = createApp(ctx, options);
  const opened = await app.request('/console/session', {
    method: 'POST',
    headers: { ...sameOrigin, ...json },
    body: JSON.stringify({ key }),
  });
  const [cookie = '', ...attributes] = (opened.headers.get('set-cookie') ?? '').split('; ');
  expect(cookie).toMatch(/^__Host-restage_session=[\w-]{43}$/);
  expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure']);
  const status = async (sent: string) =>
    (await app.request('/trpc/account.info', { headers: { cookie: sent, ...sameOrigin } })).status;
  expect(await status(cookie)).toBe(200);
  // What another host of the domain, or a page over http, could have set.
  expect(await status(cookie.replace('__Host-', ''))).toBe(401);
  const ended = await app.request('/console/session', {
    method: 'DELETE',
    headers: { cookie, ...sameOrigin },
  });
  expect(ended.headers.get('set-cookie')).toMatch(/^__Host-restage_session=; .*Secure/);
  expect(await status(cookie)).toBe(401);
});

test('a stream that a session opened ends when the session does, and one of its key goes on', async () => {
  const { accountId, key } = await issue();
  const cookie = await signIn({ key });
  const account = { id: accountId, key: { id: 'key', prefix: 'rsk_' }, mode: 'live' as const };
  const job = await startGeneration(
    {
      ...ctx,
      account: { ...account, writeRpm: 100, readRpm: 100, concurrency: 10 },
      responseMeta: { replayed: false },
      largeStrings: new Map(),
    },
    {
      generation_type: 'image',
      alpha_mode: 'fill',
      max_resolution: 720,
      prompt: 'a beach',
      source_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
    },
  );
  if (isFailure(job)) throw new Error(job.message);
  const input = encodeURIComponent(JSON.stringify({ id: job.id }));
  const leave = new AbortController();
  const open = (headers: Record<string, string>) =>
    fetch(`${url}/trpc/generations.watch?input=${input}`, { headers, signal: leave.signal });
  const bySession = await open({ cookie, ...sameOrigin });
  const byKey = await open({ 'x-api-key': key });
  const read = async (stream: Response) => {
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; reader && !text.includes('in_queue'); ) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream ended before its first event');
      text += value;
    }
    return reader;
  };
  const session = await read(bySession);
  await read(byKey);
  await fetch(`${url}/console/session`, { method: 'DELETE', headers: { cookie, ...sameOrigin } });
  while (!(await session?.read())?.done);
  expect(ctx.changes.size).toBe(1);
  leave.abort();
  await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 3000 });
}, 20_000);
