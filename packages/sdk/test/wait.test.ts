import { describe, expect, test } from 'vitest';
import type { Job } from '../src/generated/types.ts';
import { safe } from '../src/index.ts';
import {
  completedJob,
  createJob,
  createTestClient,
  failOnPoll,
  sendError,
  sendEvents,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

/** Waits for a call to fail, and returns its error. */
async function getError(call: Promise<unknown>) {
  const result = await safe(call);
  if (result.ok) throw new Error('the wait succeeded');
  return result.error;
}

describe('generations.wait, with polling', () => {
  test('polls until the job has completed, and calls onJob for each change', async () => {
    const { url } = await startStubServer((response, _, nth) =>
      sendResult(response, nth < 4 ? createJob({ progress: nth * 20 }) : completedJob),
    );
    const seen: number[] = [];
    const job = await createTestClient(url).generations.wait('swx_1', {
      pollMs: 5,
      onJob: ({ progress }) => seen.push(progress),
    });
    expect(job).toEqual(completedJob);
    expect(seen).toEqual([20, 40, 60, 100]);
  });

  test('polls at growing intervals', async () => {
    const { url, received } = await startStubServer((response, _, nth) =>
      sendResult(response, nth < 6 ? createJob() : completedJob),
    );
    await createTestClient(url).generations.wait('swx_1', { pollMs: 40 });
    const gaps = received.slice(1).map(({ at }, index) => at - (received[index]?.at ?? 0));
    // 40 ms grown by half four times is 202 ms, of which jitter leaves at least three quarters.
    expect(gaps.at(-1)).toBeGreaterThan(145);
  });

  test('sends no request for a job that has already ended', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, completedJob));
    expect(await createTestClient(url).generations.wait(completedJob)).toEqual(completedJob);
    expect(received).toHaveLength(0);
  });

  test.each<[string, Partial<Job>]>([
    ['JOB_FAILED', { status: 'failed', error: 'The decoder gave up.' }],
    ['JOB_CANCELLED', { status: 'cancelled' }],
  ])('fails with %s and the job', async (code, fields) => {
    const { url } = await startStubServer((response) => sendResult(response, createJob(fields)));
    const error = await getError(createTestClient(url).generations.wait('swx_1'));
    expect(error).toMatchObject({ code, retryable: false, job: createJob(fields) });
    if (fields.error) expect(error.message).toContain(fields.error);
  });

  test('fails with WAIT_TIMED_OUT and the job after timeoutMs', async () => {
    const { url } = await startStubServer((response) => sendResult(response, createJob()));
    const before = performance.now();
    const error = await getError(
      createTestClient(url).generations.wait('swx_1', { timeoutMs: 200, pollMs: 20 }),
    );
    expect(error).toMatchObject({ code: 'WAIT_TIMED_OUT', retryable: true, job: createJob() });
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test('sends no request after timeoutMs', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    const error = await getError(
      createTestClient(url).generations.wait('swx_1', { timeoutMs: 80, pollMs: 60_000 }),
    );
    expect(error.code).toBe('WAIT_TIMED_OUT');
    expect(received).toHaveLength(1);
  });

  test('fails with WAIT_TIMED_OUT and the job if a poll hangs', async () => {
    const { url } = await startStubServer((response, _, nth) => {
      if (nth === 1) sendResult(response, createJob());
    });
    const error = await getError(
      createTestClient(url).generations.wait('swx_1', { timeoutMs: 200, pollMs: 20 }),
    );
    expect(error).toMatchObject({ code: 'WAIT_TIMED_OUT', job: createJob() });
  });

  test('fails with ABORTED and the job on abort, at once', async () => {
    const { url } = await startStubServer((response) => sendResult(response, createJob()));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const before = performance.now();
    const { signal } = controller;
    const error = await getError(createTestClient(url).generations.wait('swx_1', { signal, pollMs: 60_000 }));
    expect(error).toMatchObject({ code: 'ABORTED', job: createJob() });
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('survives a server that is unreachable for a while', async () => {
    const { url } = await startStubServer((response, _, nth) => {
      if (nth === 1) sendResult(response, createJob());
      else if (nth < 6) response.destroy();
      else sendResult(response, completedJob);
    });
    const restage = createTestClient(url, { maxRetries: undefined });
    expect(await restage.generations.wait('swx_1', { pollMs: 5 })).toEqual(completedJob);
  });

  test('fails with the error of a poll and the job if it is not retryable', async () => {
    const { url } = await startStubServer((response, _, nth) =>
      nth === 1 ? sendResult(response, createJob()) : sendError(response, 'JOB_NOT_FOUND'),
    );
    const error = await getError(createTestClient(url).generations.wait('swx_1', { pollMs: 5 }));
    expect(error).toMatchObject({ code: 'JOB_NOT_FOUND', status: 404, requestId: 'req_1', job: createJob() });
  });
});

describe('generations.wait, with events', () => {
  test('returns the completed job, after onJob for each change', async () => {
    const { url } = await startStubServer(failOnPoll, (response) =>
      sendEvents(
        response,
        [1, createJob({ progress: 50 })],
        [2, createJob({ progress: 70 })],
        [3, completedJob],
      ),
    );
    const seen: number[] = [];
    const onJob = ({ progress }: Job) => seen.push(progress);
    // onJob gets the job that was passed in, and not again as the first event.
    expect(await createTestClient(url).generations.wait(createJob(), { onJob })).toEqual(completedJob);
    expect(seen).toEqual([50, 70, 100]);
  });

  test('fails with JOB_FAILED and the job', async () => {
    const failed = createJob({ status: 'failed', error: 'The decoder gave up.' });
    const { url } = await startStubServer(failOnPoll, (response) => sendEvents(response, [1, failed]));
    const { error } = await safe(createTestClient(url).generations.wait('swx_1'));
    expect(error).toMatchObject({ code: 'JOB_FAILED', job: failed });
  });
});
