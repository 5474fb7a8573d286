import type { Job } from '@restage/contract';
import { createTestCaller } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { collect, openJobStreams } from '../support/job-streams.ts';

const { server, owner, headers, renderAndWatch } = await openJobStreams();
const { ctx, url } = server;

test('generations.watch is a subscription with the same events, and resumes after lastEventId', async () => {
  const { id, events } = await renderAndWatch();
  const api = createTestCaller(ctx, { publicUrl: url, key: owner.key });
  const resumed = await api.generations.watch({ id, lastEventId: events[2]?.id ?? '' });
  const seen = (await collect(resumed)) as unknown as [string, Job][];
  expect(seen.map(([eventId, job]) => [eventId, job.progress])).toEqual(
    events.slice(3).map((event) => [event.id, event.job.progress]),
  );
});

test('generations.watch is served as tRPC’s tracked server-sent events, and resumes after last-event-id', async () => {
  const { id, events } = await renderAndWatch();
  const path = `/trpc/generations.watch?input=${encodeURIComponent(JSON.stringify({ id }))}`;
  const response = await fetch(`${url}${path}`, {
    headers: { ...headers, 'last-event-id': events[3]?.id ?? '' },
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await response.text();
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, eventId]) => eventId)).toEqual(
    events.slice(4).map((event) => event.id),
  );
  expect(text).toMatch(/event: return/);
});

test('generations.watch after the last event ends at once', async () => {
  const { id, events } = await renderAndWatch();
  const input = encodeURIComponent(JSON.stringify({ id, lastEventId: events.at(-1)?.id }));
  const response = await fetch(`${url}/trpc/generations.watch?input=${input}`, { headers });
  expect(await response.text()).toMatch(/^event: connected\n(?!.*id:).*event: return\n/s);
});

test('an error of generations.watch has its code in data.error', async () => {
  const response = await fetch(`${url}/trpc/generations.watch?input={"id":"swx_1"}`, { headers });
  const text = await response.text();
  expect(text).toMatch(/event: serialized-error/);
  expect(text).toContain('"code":"JOB_NOT_FOUND"');
});
