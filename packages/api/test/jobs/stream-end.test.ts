import { issueKey, revokeKey } from '@restage/core';
import { isFailure } from '@restage/errors';
import { createTestCaller } from '@restage/testing/support';
import { expect, test, vi } from 'vitest';
import { collect, openJobStreams, readNext, sleep, summarize } from '../support/job-streams.ts';

const { server, owner, headers, start, cancel, openStream } = await openJobStreams();
const { ctx, url } = server;

test('a stream ends within five seconds after its key is revoked, in every transport', async () => {
  const id = await start();
  const issued = await issueKey(ctx, owner.id, { name: 'short-lived', mode: 'live' });
  if (isFailure(issued)) throw new Error(issued.message);
  const stream = await openStream(id, { 'x-api-key': issued.key });
  const subscription = await createTestCaller(ctx, { publicUrl: url, key: issued.key }).generations.watch({
    id,
  });
  const ends = Promise.all([collect(stream.events), collect(subscription)]);
  // Both streams stay open while the key is valid.
  await vi.waitFor(() => expect(ctx.changes.size).toBe(1));
  await revokeKey(ctx, issued.id);
  const revokedAt = performance.now();
  const [events] = await ends;
  expect(performance.now() - revokedAt).toBeLessThan(5000);
  expect(events.map(summarize)).toEqual(['in_queue 0']);
  expect((await openStream(id, { 'x-api-key': issued.key })).response.status).toBe(401);
  await cancel(id);
}, 20_000);

// The last test, because the server accepts no more listeners after it.
test('a process that stops ends its streams and responds to waiting requests', async () => {
  const id = await start();
  const { events } = await openStream(id);
  await readNext(events);
  const waiting = fetch(`${url}/v1/switchx/generations/${id}`, {
    headers: { ...headers, prefer: 'wait=60' },
  });
  await vi.waitFor(() => expect(ctx.changes.size).toBe(1));
  await sleep(100);
  ctx.changes.drain();
  expect(await collect(events)).toEqual([]);
  expect(await (await waiting).json()).toMatchObject({ status: 'in_queue' });
});
