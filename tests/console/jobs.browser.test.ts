import { testDatabase } from '@restage/db/testing';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';
import { createTestApi, seedJobs, startJob, waitForEnd } from './support/jobs.ts';

const database = await testDatabase();
const { api, open, server } = await openConsole({ DATABASE_URL: database.url });

const showsJob = (page: Page, prompt: string) =>
  page.getByRole('link', { name: prompt, exact: true }).waitFor();

test('a list without jobs says what to do first, and a new job appears in it and completes without a reload', async () => {
  const page = await open('/jobs');
  await page.getByRole('heading', { name: 'No jobs yet' }).waitFor();
  await page.getByRole('link', { name: 'Open the playground' }).waitFor();
  await startJob(api, 'a pier at dusk, golden light');
  await page.getByRole('row', { name: /a pier at dusk.*(In queue|Processing|Completed).*Image/ }).waitFor();
  await page.getByRole('row', { name: /a pier at dusk.*Completed.*1 credit/ }).waitFor();
  const image = page.getByRole('table').locator('img').first();
  await expect.poll(() => image.evaluate((each: HTMLImageElement) => each.naturalWidth)).toBeGreaterThan(0);
});

test('filters are in the address, and the back button undoes them', async () => {
  const testApi = await createTestApi(api, server.url);
  const failed = await startJob(testApi, 'a forest that fails', {}, 'job-failed');
  await waitForEnd(api, failed);
  const video = await startJob(api, 'a beach at noon', { source: 'shot.mp4' });
  await waitForEnd(api, video);
  const page = await open('/jobs');
  await showsJob(page, 'a beach at noon');
  await page.getByRole('link', { name: 'Failed', exact: true }).click();
  await showsJob(page, 'a forest that fails');
  expect(new URL(page.url()).search).toBe('?status=failed');
  expect(await page.getByRole('link', { name: 'a beach at noon' }).count()).toBe(0);
  await page.getByLabel('Type').selectOption('Video');
  await page.getByRole('heading', { name: 'No job matches' }).waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed&type=video');
  await page.goBack();
  await showsJob(page, 'a forest that fails');
  await page.goBack();
  await showsJob(page, 'a beach at noon');
  expect(new URL(page.url()).search).toBe('');
  await page.getByRole('link', { name: 'Completed', exact: true }).click();
  await page.getByLabel('Created').selectOption('Last hour');
  await page.reload();
  await showsJob(page, 'a beach at noon');
  expect(await page.getByLabel('Created').inputValue()).toBe('hour');
});

test('a job that is cancelled shows its refund, and one that waits shows that it does', async () => {
  const testApi = await createTestApi(api, server.url);
  await startJob(testApi, 'a city street at night, neon', {}, 'stall');
  const { id } = await startJob(api, 'a snowy mountain, overcast', {
    source: 'shot.mp4',
    max_resolution: 1080,
  });
  await api.generations.cancel(id);
  const page = await open('/jobs');
  await page.getByRole('row', { name: /a snowy mountain.*Cancelled.*Refunded/ }).waitFor();
  await page.getByRole('row', { name: /a city street.*(In queue|Processing).*Test/ }).waitFor();
});

test.each(views)('the jobs are accessible in $theme at $width px', async (view) => {
  const page = await open('/', { view });
  await goTo(page, 'Jobs');
  await showsJob(page, 'a beach at noon');
  await page.waitForLoadState('networkidle');
  await checkAccessibility(page);
  await takeScreenshot(page, `jobs-${view.theme}-${view.width}`);
  await page.getByLabel('Type').selectOption('Video');
  await page.getByRole('link', { name: 'Failed', exact: true }).click();
  await page.getByRole('heading', { name: 'No job matches' }).waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `jobs-none-${view.theme}-${view.width}`);
});

test('a thousand jobs are scrolled to the last with few rows in the page, and the place is kept when one comes back', async () => {
  const [like] = (await api.generations.list({ generation_type: 'image', status: 'completed' }).page()).jobs;
  if (!like) throw new Error('there is no completed job');
  await seedJobs(database, like, 1000);
  const page = await open('/jobs');
  await showsJob(page, 'Job 1000');
  const rows = page.getByRole('table').locator('tbody tr[data-index]');
  const last = page.getByRole('link', { name: 'Job 1', exact: true });
  let mostRows = 0;
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, 4000);
        mostRows = Math.max(mostRows, await rows.count());
        return last.isVisible();
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  expect(mostRows).toBeLessThan(60);
  expect(await rows.last().getAttribute('aria-rowindex')).toBe(
    await page.getByRole('table').getAttribute('aria-rowcount'),
  );
  await last.click();
  await page.getByRole('heading', { level: 1, name: 'Job', exact: true }).waitFor();
  await page.goBack();
  await last.waitFor();
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(60_000);
});

test('the arrow keys move through the jobs beyond what is in sight', async () => {
  const page = await open('/jobs');
  await page.getByRole('link', { name: 'Job 1000', exact: true }).focus();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  for (let number = 999; number > 975; number -= 1) {
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(`Job ${number}`);
  }
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toBe('Job 977');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Job', exact: true }).waitFor();
});

test('a page of older jobs that can’t be read says so, and is shown by Try again', async () => {
  const { key } = await api.keys.create({ name: 'fails', mode: 'test' });
  const page = await open('/jobs', { key });
  await showsJob(page, 'Job 1000');
  const isJobs = (url: string) => url.includes('generations.summaries');
  const olderPage = (url: URL) =>
    isJobs(url.href) && decodeURIComponent(url.search).includes('"page_token":"');
  await page.route(olderPage, (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-restage-simulate': 'UPLOAD_URL_FAILED' } }),
  );
  const panel = page.getByRole('alert').filter({ hasText: 'Older jobs can’t be shown' });
  const scrollToEnd = async () => {
    await page.mouse.wheel(0, 4000);
    return panel.isVisible();
  };
  await expect.poll(scrollToEnd).toBe(true);
  await panel.scrollIntoViewIfNeeded();
  // The newest jobs are read again every few seconds, which must not take the error away.
  for (let reads = 0; reads < 2; reads += 1)
    await page.waitForResponse((response) => isJobs(response.url()) && response.ok());
  expect(await panel.count()).toBe(1);
  await takeScreenshot(page, 'jobs-older-failed');
  await checkAccessibility(page);
  await page.unroute(olderPage);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => panel.count()).toBe(0);
  const older = page.getByRole('link', { name: 'Job 880', exact: true });
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 1000);
      return older.isVisible();
    })
    .toBe(true);
});
