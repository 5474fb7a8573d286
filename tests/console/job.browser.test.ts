import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Job } from '@restage/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkAccessibility,
  openConsole,
  takeScreenshot,
  views,
  watchLayoutShifts,
} from './support/console.ts';
import { createTestApi, startJob, waitForEnd } from './support/jobs.ts';

const { api, open, server } = await openConsole({ RESTAGE_ALLOW_PRIVATE_NETWORK: '1' });

/** Receives webhooks. It answers the first with an error. A HEAD asks whether the URL answers at all. */
let received = 0;
const receiver = createServer(({ method }, response) => {
  if (method === 'POST') received += 1;
  response.writeHead(method === 'POST' && received === 1 ? 500 : 200).end();
});
beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)));
afterAll(() => receiver.close());

/** Opens the page of a job, and waits until it is shown. */
async function openJob({ id }: Pick<Job, 'id'>, view = views[0]): Promise<Page> {
  const page = await open(`/jobs/${id}`, view && { view });
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  return page;
}

describe('a completed job', () => {
  let job: Job;
  beforeAll(async () => {
    const { port } = receiver.address() as AddressInfo;
    job = await startJob(api, 'a beach at golden hour, warm light', {
      seed: 7,
      callback_url: `http://127.0.0.1:${port}/hooks`,
    });
    await waitForEnd(api, job);
  });

  test('shows before and after, its prompt and inputs, its cost and each state', async () => {
    const page = await openJob(job);
    await page.getByRole('slider').waitFor();
    await page.getByRole('button', { name: 'Matte' }).click();
    const matte = page.getByRole('img', { name: /matte/i });
    await expect.poll(() => matte.evaluate((each: HTMLImageElement) => each.naturalWidth)).toBeGreaterThan(0);
    await page.getByText('a beach at golden hour, warm light').waitFor();
    await page.getByRole('term').filter({ hasText: 'golden hour' }).waitFor();
    for (const fact of ['1 credit', '720p', 'The whole frame', '7']) {
      await page.getByRole('definition').filter({ hasText: fact }).first().waitFor();
    }
    const states = await page
      .getByRole('listitem')
      .filter({ has: page.locator('time') })
      .allInnerTexts();
    expect(states.join(' ')).toMatch(/Queued.*Rendering began.*Completed/s);
    const source = await page.getByRole('link', { name: 'Source' }).getAttribute('href');
    expect((await page.request.get(source ?? '')).headers()['content-type']).toBe('image/jpeg');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download', exact: true }).click();
    expect((await download).suggestedFilename()).toBe(`${job.id}-render.png`);
  });

  test('moves nothing while it loads', async () => {
    const page = await open();
    const listShifts = await watchLayoutShifts(page);
    await page.goto(`${server.url}/console/jobs/${job.id}`);
    await page.getByRole('slider').waitFor();
    await page.waitForLoadState('networkidle');
    expect(await listShifts()).toEqual([]);
  });

  test('shows each attempt at its webhook, and sends it again', async () => {
    const page = await openJob(job);
    await page.getByText('Delivered', { exact: true }).waitFor();
    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
    await expect.poll(() => attempts.count()).toBe(2);
    expect(await attempts.allInnerTexts()).toMatchObject(
      [/500/, /200/].map((each) => expect.stringMatching(each)),
    );
    const before = received;
    await page.getByRole('button', { name: 'Resend' }).click();
    await expect.poll(() => attempts.count()).toBe(3);
    expect(received).toBe(before + 1);
  });

  test('runs again with changes in the playground', async () => {
    const page = await openJob(job);
    await page.getByRole('link', { name: 'Run again with changes' }).click();
    await page.getByText('The form has the job’s values').waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByLabel('Prompt').inputValue()).toBe('a beach at golden hour, warm light');
    expect(await page.getByLabel('Seed').inputValue()).toBe('7');
    expect(await page.getByLabel('Resolution').inputValue()).toBe('720');
    await page.getByText('1 credit', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('slider').waitFor();
  });

  test.each(views)('is accessible in $theme at $width px', async (view) => {
    const page = await openJob(job, view);
    await page.getByRole('slider').waitFor();
    await page.getByRole('list', { name: 'Attempts' }).waitFor();
    await page.waitForLoadState('networkidle');
    await checkAccessibility(page);
    await takeScreenshot(page, `job-${view.theme}-${view.width}`);
  });
});

describe('a failed job', () => {
  let job: Job;
  beforeAll(async () => {
    const testApi = await createTestApi(api, server.url);
    job = await waitForEnd(api, await startJob(testApi, 'a forest in the rain', {}, 'job-failed'));
  });

  test.each(views)('says why and what to do, accessibly in $theme at $width px', async (view) => {
    const page = await openJob(job, view);
    const alert = page.getByRole('alert');
    await alert.getByText(job.error ?? '', { exact: true }).waitFor();
    await alert.getByText(/start again/).waitFor();
    await page.getByRole('link', { name: 'Run again with changes' }).waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `job-failed-${view.theme}-${view.width}`);
  });
});

test('a job that runs is followed without a reload, and cancelled after a confirmation, with its refund', async () => {
  const job = await startJob(await createTestApi(api, server.url), 'a pier', {}, 'stall');
  const page = await openJob(job);
  await page.getByRole('progressbar', { name: 'Progress of the job' }).waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await checkAccessibility(page);
  await page.getByRole('button', { name: 'Cancel job' }).click();
  await page.getByText('The job is cancelled').waitFor();
  await page.getByRole('status').getByText('Cancelled', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Run again with changes' }).waitFor();
});

test('a job completes before the eyes of who opened it while it was queued', async () => {
  const job = await startJob(api, 'a road in the desert', { source: 'shot.mp4' });
  const page = await open(`/jobs/${job.id}`);
  await page.getByRole('slider').waitFor();
  await page.getByRole('definition').filter({ hasText: '6 credits' }).waitFor();
  await page.getByRole('status').getByText('Completed', { exact: true }).waitFor();
  await page.waitForLoadState('networkidle');
  await takeScreenshot(page, 'job-video');
});

test('a job that isn’t there says so, with its code', async () => {
  const page = await open(`/jobs/swx_${'0'.repeat(26)}`);
  await page.getByRole('alert').getByText('JOB_NOT_FOUND', { exact: true }).waitFor();
  await checkAccessibility(page);
});

test('the playground says so when the job to run again isn’t there', async () => {
  const page = await open(`/?from=swx_${'0'.repeat(26)}`);
  await page.getByRole('alert').getByText('The job’s values can’t be loaded').waitFor();
});
