import { describe, expect, test } from 'vitest';
import { safe } from '../index.ts';
import { aJob, hurried, refuse, serve, succeed } from '../testing/server.ts';
import type { Job } from '../wire.ts';

const output = { render: 'http://a.test/r', source: 'http://a.test/s', alpha: 'http://a.test/a' };
const completed = aJob({
  status: 'completed',
  progress: 100,
  output,
  completed_at: '2026-01-01T00:00:02.000Z',
});

/** The error that waiting ends with. */
async function errorOf(call: Promise<unknown>) {
  const result = await safe(call);
  if (result.ok) throw new Error('the wait succeeded');
  return result.error;
}

describe('wait', () => {
  test('looks until the job has completed, and shows every look', async () => {
    const { url } = await serve((response, _, nth) =>
      succeed(response, nth < 4 ? aJob({ progress: nth * 20 }) : completed),
    );
    const seen: number[] = [];
    const job = await hurried(url).generations.wait('swx_1', {
      pollMs: 5,
      onJob: ({ progress }) => seen.push(progress),
    });
    expect(job).toEqual(completed);
    expect(seen).toEqual([20, 40, 60, 100]);
  });

  test('looks less and less often', async () => {
    const { url, received } = await serve((response, _, nth) =>
      succeed(response, nth < 6 ? aJob() : completed),
    );
    await hurried(url).generations.wait('swx_1', { pollMs: 40 });
    const gaps = received.slice(1).map(({ at }, index) => at - (received[index]?.at ?? 0));
    // 40 ms grown by half four times is 202 ms, of which jitter leaves at least three quarters.
    expect(gaps.at(-1)).toBeGreaterThan(145);
  });

  test('asks nothing about a job that has ended already', async () => {
    const { url, received } = await serve((response) => succeed(response, completed));
    expect(await hurried(url).generations.wait(completed)).toEqual(completed);
    expect(received).toHaveLength(0);
  });

  test.each<[string, Partial<Job>]>([
    ['JOB_FAILED', { status: 'failed', error: 'The decoder gave up.' }],
    ['JOB_CANCELLED', { status: 'cancelled' }],
  ])('ends as %s, with the job', async (code, fields) => {
    const { url } = await serve((response) => succeed(response, aJob(fields)));
    const error = await errorOf(hurried(url).generations.wait('swx_1'));
    expect(error).toMatchObject({ code, retryable: false, job: aJob(fields) });
    if (fields.error) expect(error.message).toContain(fields.error);
  });

  test('ends in time, with the job, which goes on', async () => {
    const { url } = await serve((response) => succeed(response, aJob()));
    const before = performance.now();
    const error = await errorOf(hurried(url).generations.wait('swx_1', { timeoutMs: 200, pollMs: 20 }));
    expect(error).toMatchObject({ code: 'WAIT_TIMED_OUT', retryable: true, job: aJob() });
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test('asks nothing more once its time is up', async () => {
    const { url, received } = await serve((response) => succeed(response, aJob()));
    const error = await errorOf(hurried(url).generations.wait('swx_1', { timeoutMs: 80, pollMs: 60_000 }));
    expect(error.code).toBe('WAIT_TIMED_OUT');
    expect(received).toHaveLength(1);
  });

  test('ends in time when a look hangs', async () => {
    const { url } = await serve((response, _, nth) => {
      if (nth === 1) succeed(response, aJob());
    });
    const error = await errorOf(hurried(url).generations.wait('swx_1', { timeoutMs: 200, pollMs: 20 }));
    expect(error).toMatchObject({ code: 'WAIT_TIMED_OUT', job: aJob() });
  });

  test('ends at once on abort, with the job', async () => {
    const { url } = await serve((response) => succeed(response, aJob()));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const before = performance.now();
    const { signal } = controller;
    const error = await errorOf(hurried(url).generations.wait('swx_1', { signal, pollMs: 60_000 }));
    expect(error).toMatchObject({ code: 'ABORTED', job: aJob() });
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('outlasts a server that is away for a while', async () => {
    const { url } = await serve((response, _, nth) => {
      if (nth === 1) succeed(response, aJob());
      else if (nth < 6) response.destroy();
      else succeed(response, completed);
    });
    const restage = hurried(url, { maxRetries: undefined });
    expect(await restage.generations.wait('swx_1', { pollMs: 5 })).toEqual(completed);
  });

  test('ends as the look’s own error, with the job, when that will not pass', async () => {
    const { url } = await serve((response, _, nth) =>
      nth === 1 ? succeed(response, aJob()) : refuse(response, 'JOB_NOT_FOUND'),
    );
    const error = await errorOf(hurried(url).generations.wait('swx_1', { pollMs: 5 }));
    expect(error).toMatchObject({ code: 'JOB_NOT_FOUND', status: 404, requestId: 'req_1', job: aJob() });
  });
});

describe('list', () => {
  const pages: Record<string, { jobs: Job[]; next_page_token: string | null }> = {
    first: { jobs: [aJob({ id: 'swx_3' }), aJob({ id: 'swx_2' })], next_page_token: 'second' },
    second: { jobs: [], next_page_token: 'third' },
    third: { jobs: [aJob({ id: 'swx_1' })], next_page_token: null },
  };
  const paging = () =>
    serve((response, { request }) => {
      const input = JSON.parse(new URL(request.url ?? '', 'http://a.test').searchParams.get('input') ?? '');
      succeed(response, pages[input.json.page_token ?? 'first']);
    });

  test('goes through all pages, an empty one too', async () => {
    const { url, received } = await paging();
    const ids: string[] = [];
    for await (const { id } of hurried(url).generations.list({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(['swx_3', 'swx_2', 'swx_1']);
    expect(received).toHaveLength(3);
  });

  test('fetches no page that is not asked for', async () => {
    const { url, received } = await paging();
    for await (const { id } of hurried(url).generations.list()) if (id === 'swx_3') break;
    expect(received).toHaveLength(1);
  });

  test('gives one page, and starts where a token says', async () => {
    const { url } = await paging();
    const { generations } = hurried(url);
    expect(await generations.list().page()).toEqual(pages.first);
    expect(await generations.list().page('third')).toEqual(pages.third);
    const ids: string[] = [];
    for await (const { id } of generations.list({ page_token: 'second' })) ids.push(id);
    expect(ids).toEqual(['swx_1']);
  });
});
