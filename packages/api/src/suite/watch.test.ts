import type { Job } from '@restage/contract';
import { newId } from '@restage/contract';
import { issueKey, processGeneration, revokeKey } from '@restage/core';
import { generationEvents, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { readFixture } from '@restage/fixtures';
import { eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCaller } from '../index.ts';
import { openDoors, pacedEngine } from '../testing/suite/index.ts';
import { put } from './footage.ts';

const engine = pacedEngine();
const world = await openDoors({ work: false, engine });
const { ctx, doors, url } = world;
const [caller] = doors;
if (!caller) throw new Error('no doors');
const owner = await world.account({ credits: 10_000 });
const source_uri = await put(caller, owner.key, 'cat.png', await readFixture('cat.png'));
const headers = { 'x-api-key': owner.key };

const controllers: AbortController[] = [];
afterEach(async () => {
  for (const controller of controllers.splice(0)) controller.abort();
  await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 3000 });
});

async function start(): Promise<string> {
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
  const outcome = await caller?.call('generations.start', sent, owner.key);
  if (!outcome?.ok) throw new Error(outcome?.code);
  return outcome.output.id;
}

let begun = 0;
/** Has a worker take a job, and waits until it renders and has it. */
async function work(id: string): Promise<{ ended: Promise<boolean> }> {
  const ended = processGeneration(ctx, id, new AbortController().signal);
  begun += 1;
  await engine.begun(begun);
  await vi.waitFor(async () => {
    const [job] = await ctx.db.select().from(generations).where(eq(generations.id, id));
    expect(job?.status).toBe('processing');
  });
  return { ended };
}

async function cancel(id: string): Promise<void> {
  await caller?.call('generations.cancel', { id }, owner.key);
}

interface SeenEvent {
  readonly id: string;
  readonly event: string;
  readonly job: Job;
}

/** Opens the stream of a job; events are handed over as they come, until it ends. */
async function open(id: string, more: Record<string, string> = {}) {
  const controller = new AbortController();
  controllers.push(controller);
  const answer = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
    headers: { ...headers, ...more },
    signal: controller.signal,
  });
  return { answer, controller, events: read(answer) };
}

async function* read(answer: Response): AsyncGenerator<SeenEvent, void> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: ?(.*)/s)),
      );
      text = text.slice(end + 2);
      if (fields.data) yield { id: fields.id, event: fields.event, job: JSON.parse(fields.data) as Job };
    }
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const seen: Item[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}
const told = ({ job }: SeenEvent) => `${job.status} ${job.progress}`;
const next = async (events: AsyncGenerator<SeenEvent, void>) => {
  const { value } = await events.next();
  if (!value) throw new Error('the stream ended');
  return value;
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A job that is rendered to its end with progress in between; its events, as they were watched. */
async function watched(): Promise<{ id: string; events: SeenEvent[] }> {
  const id = await start();
  const { events } = await open(id);
  // The worker begins once the stream has looked.
  const first = await next(events);
  const collected = all(events);
  const { ended } = await work(id);
  for (const fraction of [0.2, 0.5, 0.8, 1]) {
    await pause(520);
    engine.advance(fraction);
  }
  await ended;
  return { id, events: [first, ...(await collected)] };
}

describe('the events of a job', () => {
  test('are its state now, every change, and its end; then the stream ends', async () => {
    const { id, events } = await watched();
    expect(events.map(told)).toEqual([
      'in_queue 0',
      'processing 0',
      'processing 20',
      'processing 50',
      'processing 80',
      'completed 100',
    ]);
    const ids = events.map((event) => Number(event.id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    for (const { event, job } of events) {
      expect(event).toBe('job');
      expect(job.id).toBe(id);
      expect(job.output === null).toBe(job.status !== 'completed');
    }
    const got = await fetch(`${url}/v1/switchx/generations/${id}`, { headers });
    const job = (await got.json()) as Job;
    expect({ ...events.at(-1)?.job, output: null }).toEqual({ ...job, output: null });
    expect((await fetch(events.at(-1)?.job.output?.render ?? '')).status).toBe(200);
  });

  test('go on after the event seen last, wherever that was, with nothing missed', async () => {
    const { id, events } = await watched();
    for (const [index, seen] of events.entries()) {
      const again = await open(id, { 'last-event-id': seen.id });
      const rest = (await all(again.events)).map(({ id: eventId, job }) => [
        eventId,
        job.status,
        job.progress,
      ]);
      expect(rest).toEqual(
        events.slice(index + 1).map(({ id: eventId, job }) => [eventId, job.status, job.progress]),
      );
    }
  });

  test('are 204 once the end has been seen, so that an EventSource does not come back', async () => {
    const { id, events } = await watched();
    const last = events.at(-1)?.id ?? '';
    for (const method of ['GET', 'HEAD']) {
      for (const seen of [last, String(Number(last) + 1)]) {
        const answer = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
          method,
          headers: { ...headers, 'last-event-id': seen },
        });
        expect([answer.status, await answer.text()]).toEqual([204, '']);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'cache-control': 'no-store',
          'x-request-id': expect.stringMatching(/^req_/),
        });
      }
    }
    const before = await open(id, { 'last-event-id': events.at(-2)?.id ?? '' });
    expect(before.answer.status).toBe(200);
    expect(await all(before.events)).toHaveLength(1);
  });

  test('never are 204 for a job that has not ended', async () => {
    const id = await start();
    const { events } = await open(id);
    const { id: seen } = await next(events);
    const { answer, events: more } = await open(id, { 'last-event-id': seen });
    expect(answer.status).toBe(200);
    await cancel(id);
    expect((await all(more)).map(told)).toEqual(['cancelled 0']);
  });

  test('reach an end for a client that reconnects with the last id, as EventSource does', async () => {
    const id = await start();
    await cancel(id);
    const statuses: number[] = [];
    for (let lastEventId = ''; statuses.at(-1) !== 204; ) {
      const { answer, events } = await open(id, lastEventId === '' ? {} : { 'last-event-id': lastEventId });
      statuses.push(answer.status);
      for (const event of await all(events)) lastEventId = event.id;
      expect(statuses.length).toBeLessThan(5);
    }
    expect(statuses).toEqual([200, 204]);
  });

  test('are the end alone, for a job that has ended', async () => {
    const id = await start();
    await cancel(id);
    const { answer, events } = await open(id);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-request-id': expect.stringMatching(/^req_/),
    });
    expect((await all(events)).map(told)).toEqual(['cancelled 0']);
  });

  test('are the state alone, for a job that has ended before events were kept', async () => {
    const id = await start();
    await cancel(id);
    await ctx.db.delete(generationEvents).where(eq(generationEvents.generationId, id));
    expect((await all((await open(id)).events)).map(told)).toEqual(['cancelled 0']);
    expect((await open(id, { 'last-event-id': '0' })).answer.status).toBe(204);
  });

  test('come at once from another process, by its notification', async () => {
    const id = await start();
    const { events } = await open(id);
    await next(events);
    const began = performance.now();
    await elsewhere(id, 33, true);
    expect(told(await next(events))).toBe('processing 33');
    expect(performance.now() - began).toBeLessThan(1000);
    await cancel(id);
    expect(told(await next(events))).toBe('cancelled 33');
  });

  test('come within seconds even when the notification is lost', async () => {
    const id = await start();
    const { events } = await open(id);
    await next(events);
    await elsewhere(id, 44, false);
    expect(told(await next(events))).toBe('processing 44');
    await cancel(id);
  });

  test('come when the connection that listens was cut, and again after', async () => {
    const id = await start();
    const { events } = await open(id);
    await next(events);
    const cut = await ctx.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%restage_jobs%' and datname = current_database()`,
    );
    expect(cut).toHaveLength(1);
    await elsewhere(id, 10, true);
    expect(told(await next(events))).toBe('processing 10');
    await pause(1500);
    const began = performance.now();
    await elsewhere(id, 11, true);
    expect(told(await next(events))).toBe('processing 11');
    expect(performance.now() - began).toBeLessThan(1000);
    await cancel(id);
  });

  test('are no longer waited for once the client is gone', async () => {
    const id = await start();
    const { events, controller } = await open(id);
    await next(events);
    expect(ctx.changes.size).toBe(1);
    controller.abort();
    await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 2000 });
    await cancel(id);
  });

  test('cost nothing when only their headers are asked for', async () => {
    const id = await start();
    const head = await fetch(`${url}/v1/switchx/generations/${id}/events`, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(ctx.changes.size).toBe(0);
    await cancel(id);
  });
});

/** What another process does to a job: with or without telling. */
async function elsewhere(id: string, progress: number, tell: boolean): Promise<void> {
  await ctx.db.transaction(async (db) => {
    await db.update(generations).set({ status: 'processing', progress }).where(eq(generations.id, id));
    await db.insert(generationEvents).values({ generationId: id, status: 'processing', progress });
    if (tell) await db.execute(sql`select pg_notify('restage_jobs', ${`${id} processing`})`);
  });
}

describe('errors come before the stream, as the envelope', () => {
  test.each([
    ['INVALID_API_KEY', 401, { 'x-api-key': 'nonsense' }, undefined],
    ['JOB_NOT_FOUND', 404, {}, 'nonsense'],
    ['JOB_NOT_FOUND', 404, {}, newId('generation', Date.now(), ctx.random)],
    ['INVALID_REQUEST', 400, { 'last-event-id': 'x1' }, undefined],
  ])('%s', async (code, status, more, other) => {
    const id = other ?? (await start());
    const answer = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
      headers: { ...headers, ...more } as Record<string, string>,
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: { code, message: expect.any(String) } });
    if (!other) await cancel(id);
  });

  test('a job of another account is not there', async () => {
    const stranger = await world.account();
    const id = await start();
    const answer = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
      headers: { 'x-api-key': stranger.key },
    });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'JOB_NOT_FOUND' } }]);
    await cancel(id);
  });

  test('opening a stream counts as a read', async () => {
    const id = await start();
    await cancel(id);
    const admit = vi.spyOn(ctx.reads, 'count');
    await all((await open(id)).events);
    expect(admit).toHaveBeenCalledOnce();
  });
});

describe('over tRPC', () => {
  const request = {
    requestId: 'req_test',
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    publicUrl: 'http://docs.restage.test',
    credentials: { apiKey: owner.key, bearer: undefined },
  };

  test('generations.watch is a subscription with the same events, resumed by the input', async () => {
    const { id, events } = await watched();
    const api = createCaller({ ...ctx, ...request });
    const resumed = await api.generations.watch({ id, lastEventId: events[2]?.id ?? '' });
    const seen = (await all(resumed)) as unknown as [string, Job][];
    expect(seen.map(([eventId, job]) => [eventId, job.progress])).toEqual(
      events.slice(3).map((event) => [event.id, event.job.progress]),
    );
  });

  test('it is served as tRPC’s server-sent events, tracked, and honours last-event-id', async () => {
    const { id, events } = await watched();
    const path = `/trpc/generations.watch?input=${encodeURIComponent(JSON.stringify({ id }))}`;
    const answer = await fetch(`${url}${path}`, {
      headers: { ...headers, 'last-event-id': events[3]?.id ?? '' },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const text = await answer.text();
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, eventId]) => eventId)).toEqual(
      events.slice(4).map((event) => event.id),
    );
    expect(text).toMatch(/event: return/);
  });

  test('of a job whose end has been seen it is over at once', async () => {
    const { id, events } = await watched();
    const input = encodeURIComponent(JSON.stringify({ id, lastEventId: events.at(-1)?.id }));
    const answer = await fetch(`${url}/trpc/generations.watch?input=${input}`, { headers });
    expect(await answer.text()).toMatch(/^event: connected\n(?!.*id:).*event: return\n/s);
  });

  test('its errors carry the code in data.error', async () => {
    const answer = await fetch(`${url}/trpc/generations.watch?input={"id":"swx_1"}`, { headers });
    const text = await answer.text();
    expect(text).toMatch(/event: serialized-error/);
    expect(text).toContain('"code":"JOB_NOT_FOUND"');
  });
});

describe('prefer: wait=N', () => {
  const get = (id: string, more: Record<string, string>) =>
    fetch(`${url}/v1/switchx/generations/${id}`, { headers: { ...headers, ...more } });

  test('answers as soon as the job ends', async () => {
    const id = await start();
    const began = performance.now();
    const waiting = get(id, { prefer: 'wait=30' });
    await pause(300);
    await cancel(id);
    const answer = await waiting;
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(await answer.json()).toMatchObject({ id, status: 'cancelled' });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('answers with the job as it is when the time is up', async () => {
    const id = await start();
    const began = performance.now();
    const answer = await get(id, { prefer: 'respond-async, wait=1' });
    expect(await answer.json()).toMatchObject({ id, status: 'in_queue' });
    expect(performance.now() - began).toBeGreaterThan(950);
    await cancel(id);
  });

  test.each([
    ['wait=600', 'wait=60'],
    ['Wait = "5"', 'wait=5'],
    ['wait=0', null],
    ['wait=-1', null],
    ['wait=soon', null],
    ['handling=lenient', null],
  ])('%s is granted as %s', async (prefer, applied) => {
    const id = await start();
    await cancel(id);
    const answer = await get(id, { prefer });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, applied]);
  });

  test('nothing waits on when the client has gone', async () => {
    const id = await start();
    const controller = new AbortController();
    const waiting = fetch(`${url}/v1/switchx/generations/${id}`, {
      headers: { ...headers, prefer: 'wait=60' },
      signal: controller.signal,
    });
    await vi.waitFor(() => expect(ctx.changes.size).toBe(1));
    controller.abort();
    await expect(waiting).rejects.toThrow();
    await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 2000 });
    await cancel(id);
  });
});

describe('the ETag of a job', () => {
  const get = (id: string, more: Record<string, string> = {}) =>
    fetch(`${url}/v1/switchx/generations/${id}`, { headers: { ...headers, ...more } });

  test('stands until the job changes, though its URLs are fresh on every call', async () => {
    const { id } = await watched();
    const first = await get(id);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    world.clock.offset += 1500;
    const second = await get(id);
    expect(second.headers.get('etag')).toBe(tag);
    const render = async (answer: Response) => ((await answer.json()) as Job).output?.render;
    expect(await render(second)).not.toBe(await render(first));
    const unchanged = await get(id, { 'if-none-match': `"other", ${tag}` });
    expect([unchanged.status, await unchanged.text(), unchanged.headers.get('etag')]).toEqual([304, '', tag]);
    // Nobody keeps URLs until they have expired.
    world.clock.offset += 86_400_000;
    expect((await get(id, { 'if-none-match': tag })).status).toBe(200);
    world.clock.offset = 0;
  });

  test('changes with the job', async () => {
    const id = await start();
    const before = (await get(id)).headers.get('etag') ?? '';
    await cancel(id);
    const after = await get(id, { 'if-none-match': before });
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).not.toBe(before);
    expect((await get(id, { 'if-none-match': '*' })).status).toBe(304);
  });
});

// Last, for this world then waits for nobody any more.
test('a stream ends within five seconds of its key’s revocation, on every door', async () => {
  const id = await start();
  const made = await issueKey(ctx, owner.id, { name: 'short-lived', mode: 'live' });
  if (isFailure(made)) throw new Error(made.message);
  const stream = await open(id, { 'x-api-key': made.key });
  const subscribed = await createCaller({
    ...ctx,
    credentials: { apiKey: made.key, bearer: undefined },
    requestId: 'req_1',
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    publicUrl: url,
  }).generations.watch({ id });
  const ends = Promise.all([all(stream.events), all(subscribed)]);
  // Both are open, and go on as long as the key is good.
  await vi.waitFor(() => expect(ctx.changes.size).toBe(1));
  await revokeKey(ctx, made.id);
  const revokedAt = performance.now();
  const [events] = await ends;
  expect(performance.now() - revokedAt).toBeLessThan(5000);
  expect(events.map(told)).toEqual(['in_queue 0']);
  expect((await open(id, { 'x-api-key': made.key })).answer.status).toBe(401);
  await cancel(id);
}, 20_000);

test('a process that is about to stop ends its streams and its waiting answers, and they resume elsewhere', async () => {
  const id = await start();
  const { events } = await open(id);
  await next(events);
  const waiting = fetch(`${url}/v1/switchx/generations/${id}`, {
    headers: { ...headers, prefer: 'wait=60' },
  });
  await vi.waitFor(() => expect(ctx.changes.size).toBe(1));
  await pause(100);
  ctx.changes.drain();
  expect(await all(events)).toEqual([]);
  expect(await (await waiting).json()).toMatchObject({ status: 'in_queue' });
});
