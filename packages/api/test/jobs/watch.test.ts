import type { Job } from '@restage/contract';
import { newId } from '@restage/contract';
import { generationEvents, generations } from '@restage/db';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { collect, openJobStreams, readNext, sleep, summarize } from '../support/job-streams.ts';

const { server, headers, start, cancel, openStream, renderAndWatch } = await openJobStreams();
const { ctx, url } = server;

describe('the events of a job', () => {
  test('are its current state, every change, and its end; then the stream ends', async () => {
    const { id, events } = await renderAndWatch();
    expect(events.map(summarize)).toEqual([
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

  test('resume after any last-event-id, with no event missing', async () => {
    const { id, events } = await renderAndWatch();
    for (const [index, seen] of events.entries()) {
      const again = await openStream(id, { 'last-event-id': seen.id });
      const rest = (await collect(again.events)).map(({ id: eventId, job }) => [
        eventId,
        job.status,
        job.progress,
      ]);
      expect(rest).toEqual(
        events.slice(index + 1).map(({ id: eventId, job }) => [eventId, job.status, job.progress]),
      );
    }
  });

  test('are 204 after the last event, so that an EventSource does not reconnect', async () => {
    const { id, events } = await renderAndWatch();
    const last = events.at(-1)?.id ?? '';
    for (const method of ['GET', 'HEAD']) {
      for (const seen of [last, String(Number(last) + 1)]) {
        const response = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
          method,
          headers: { ...headers, 'last-event-id': seen },
        });
        expect([response.status, await response.text()]).toEqual([204, '']);
        expect(Object.fromEntries(response.headers)).toMatchObject({
          'cache-control': 'no-store',
          'x-request-id': expect.stringMatching(/^req_/),
        });
      }
    }
    const before = await openStream(id, { 'last-event-id': events.at(-2)?.id ?? '' });
    expect(before.response.status).toBe(200);
    expect(await collect(before.events)).toHaveLength(1);
  });

  test('are never 204 for a job that has not ended', async () => {
    const id = await start();
    const { events } = await openStream(id);
    const { id: seen } = await readNext(events);
    const { response, events: more } = await openStream(id, { 'last-event-id': seen });
    expect(response.status).toBe(200);
    await cancel(id);
    expect((await collect(more)).map(summarize)).toEqual(['cancelled 0']);
  });

  test('end for a client that reconnects with the last id, as EventSource does', async () => {
    const id = await start();
    await cancel(id);
    const statuses: number[] = [];
    for (let lastEventId = ''; statuses.at(-1) !== 204; ) {
      const { response, events } = await openStream(
        id,
        lastEventId === '' ? {} : { 'last-event-id': lastEventId },
      );
      statuses.push(response.status);
      for (const event of await collect(events)) lastEventId = event.id;
      expect(statuses.length).toBeLessThan(5);
    }
    expect(statuses).toEqual([200, 204]);
  });

  test('are only the last event for a job that has ended', async () => {
    const id = await start();
    await cancel(id);
    const { response, events } = await openStream(id);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-request-id': expect.stringMatching(/^req_/),
    });
    expect((await collect(events)).map(summarize)).toEqual(['cancelled 0']);
  });

  test('are only the state for a job without stored events', async () => {
    const id = await start();
    await cancel(id);
    await ctx.db.delete(generationEvents).where(eq(generationEvents.generationId, id));
    expect((await collect((await openStream(id)).events)).map(summarize)).toEqual(['cancelled 0']);
    expect((await openStream(id, { 'last-event-id': '0' })).response.status).toBe(204);
  });

  test('arrive at once from another process, by notification', async () => {
    const id = await start();
    const { events } = await openStream(id);
    await readNext(events);
    const startedAt = performance.now();
    await updateElsewhere(id, 33, true);
    expect(summarize(await readNext(events))).toBe('processing 33');
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await cancel(id);
    expect(summarize(await readNext(events))).toBe('cancelled 33');
  });

  test('arrive within seconds if the notification is lost', async () => {
    const id = await start();
    const { events } = await openStream(id);
    await readNext(events);
    await updateElsewhere(id, 44, false);
    expect(summarize(await readNext(events))).toBe('processing 44');
    await cancel(id);
  });

  test('arrive while and after the listening connection is lost', async () => {
    const id = await start();
    const { events } = await openStream(id);
    await readNext(events);
    const cut = await ctx.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%restage_jobs%' and datname = current_database()`,
    );
    expect(cut).toHaveLength(1);
    await updateElsewhere(id, 10, true);
    expect(summarize(await readNext(events))).toBe('processing 10');
    await sleep(1500);
    const startedAt = performance.now();
    await updateElsewhere(id, 11, true);
    expect(summarize(await readNext(events))).toBe('processing 11');
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await cancel(id);
  });

  test('have no listener once the client has disconnected', async () => {
    const id = await start();
    const { events, controller } = await openStream(id);
    await readNext(events);
    expect(ctx.changes.size).toBe(1);
    controller.abort();
    await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 2000 });
    await cancel(id);
  });

  test('have no listener for a HEAD request', async () => {
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

/** Updates a job as another process does, with or without a notification. */
async function updateElsewhere(id: string, progress: number, isNotified: boolean): Promise<void> {
  await ctx.db.transaction(async (db) => {
    await db.update(generations).set({ status: 'processing', progress }).where(eq(generations.id, id));
    await db.insert(generationEvents).values({ generationId: id, status: 'processing', progress });
    if (isNotified) await db.execute(sql`select pg_notify('restage_jobs', ${`${id} processing`})`);
  });
}

describe('an error before the stream is an envelope', () => {
  test.each([
    ['INVALID_API_KEY', 401, { 'x-api-key': 'nonsense' }, undefined],
    ['JOB_NOT_FOUND', 404, {}, 'nonsense'],
    ['JOB_NOT_FOUND', 404, {}, newId('generation', Date.now(), ctx.random)],
    ['INVALID_REQUEST', 400, { 'last-event-id': 'x1' }, undefined],
  ])('%s', async (code, status, more, other) => {
    const id = other ?? (await start());
    const response = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
      headers: { ...headers, ...more } as Record<string, string>,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { code, message: expect.any(String) } });
    if (!other) await cancel(id);
  });

  test('JOB_NOT_FOUND for another account’s job', async () => {
    const stranger = await server.account();
    const id = await start();
    const response = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
      headers: { 'x-api-key': stranger.key },
    });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 'JOB_NOT_FOUND' } },
    ]);
    await cancel(id);
  });

  test('a stream counts as one read', async () => {
    const id = await start();
    await cancel(id);
    const count = vi.spyOn(ctx.reads, 'count');
    await collect((await openStream(id)).events);
    expect(count).toHaveBeenCalledOnce();
  });
});
