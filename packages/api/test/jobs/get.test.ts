import type { Job } from '@restage/contract';
import { describe, expect, test, vi } from 'vitest';
import { openJobStreams, sleep } from '../support/job-streams.ts';

const { server, headers, start, cancel, renderAndWatch } = await openJobStreams();
const { ctx, url } = server;

describe('prefer: wait=N', () => {
  const get = (id: string, more: Record<string, string>) =>
    fetch(`${url}/v1/switchx/generations/${id}`, { headers: { ...headers, ...more } });

  test('responds as soon as the job ends', async () => {
    const id = await start();
    const startedAt = performance.now();
    const waiting = get(id, { prefer: 'wait=30' });
    await sleep(300);
    await cancel(id);
    const response = await waiting;
    expect(response.headers.get('preference-applied')).toBe('wait=30');
    expect(await response.json()).toMatchObject({ id, status: 'cancelled' });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('responds with the current job after the wait', async () => {
    const id = await start();
    const startedAt = performance.now();
    const response = await get(id, { prefer: 'respond-async, wait=1' });
    expect(await response.json()).toMatchObject({ id, status: 'in_queue' });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    await cancel(id);
  });

  test.each([
    ['wait=600', 'wait=60'],
    ['Wait = "5"', 'wait=5'],
    ['wait=0', null],
    ['wait=-1', null],
    ['wait=soon', null],
    ['handling=lenient', null],
  ])('%s is applied as %s', async (prefer, applied) => {
    const id = await start();
    await cancel(id);
    const response = await get(id, { prefer });
    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, applied]);
  });

  test('has no listener once the client has disconnected', async () => {
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

  test('is the same until the job changes, although its URLs differ in every response', async () => {
    const { id } = await renderAndWatch();
    const first = await get(id);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    server.clock.offset += 1500;
    const second = await get(id);
    expect(second.headers.get('etag')).toBe(tag);
    const render = async (response: Response) => ((await response.json()) as Job).output?.render;
    expect(await render(second)).not.toBe(await render(first));
    const unchanged = await get(id, { 'if-none-match': `"other", ${tag}` });
    expect([unchanged.status, await unchanged.text(), unchanged.headers.get('etag')]).toEqual([304, '', tag]);
    // It changes with the day, before the URLs expire.
    server.clock.offset += 86_400_000;
    expect((await get(id, { 'if-none-match': tag })).status).toBe(200);
    server.clock.offset = 0;
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
