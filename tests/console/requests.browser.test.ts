import { type GenerationsStartInput, safe } from '@restage/sdk';
import { expect, test } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';
import { startJob } from './support/jobs.ts';

const { api, open } = await openConsole();

/** A start that is refused. */
async function failStart(change: Partial<GenerationsStartInput>): Promise<string> {
  const result = await safe(
    api.generations.start({
      generation_type: 'image',
      alpha_mode: 'auto',
      source_uri: 'beeble://uploads/upload_none/a.png',
      prompt: 'a pier',
      ...change,
    }),
  );
  if (result.ok) throw new Error('the start was not refused');
  return result.error.requestId ?? '';
}

test('a log without requests says what to do first', async () => {
  const page = await open('/requests');
  await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
  await page.getByText('No call failed in the last 7 days.').waitFor();
  await checkAccessibility(page);
});

test('a failure appears by itself, and is explained: meaning, resolution, parameter, docs, how often this week', async () => {
  const page = await open('/requests');
  await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
  for (const mode of ['magic', 'magical']) await failStart({ alpha_mode: mode as 'auto' });
  const requests = page.getByRole('list', { name: 'Requests' });
  const failure = requests.getByRole('button', { name: /400.*generations[.]start.*INVALID_ALPHA_MODE/ });
  await expect.poll(() => failure.count()).toBe(2);
  await failure.first().click();
  const item = requests.getByRole('listitem').first();
  const points = item.getByRole('definition');
  await points.filter({ hasText: /alpha_mode is missing, or is not auto, fill, custom/ }).waitFor();
  await points.filter({ hasText: /Set alpha_mode to auto to detect the subject/ }).waitFor();
  await points.filter({ hasText: /^alpha_mode$/ }).waitFor();
  await points.filter({ hasText: /^2 times$/ }).waitFor();
  const docs = await item.getByRole('link', { name: 'Docs of INVALID_ALPHA_MODE' }).getAttribute('href');
  const answer = await page.request.get(docs ?? '');
  expect(await answer.text()).toContain('id="INVALID_ALPHA_MODE"');
  await item.getByRole('button', { name: 'Copy the request id' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(page.url()).searchParams.get('request')).toBe(copied);
  await failure.first().click();
  await expect.poll(() => points.count()).toBe(0);
});

test('the log is filtered by code, procedure and status in its address, and the back button undoes it', async () => {
  await startJob(api, 'a beach at noon');
  await safe(api.generations.get(`swx_${'0'.repeat(26)}`));
  await failStart({});
  const page = await open('/requests');
  const requests = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await requests.filter({ hasText: 'JOB_NOT_FOUND' }).waitFor();
  const all = await requests.count();
  await page.getByLabel('Code').selectOption({ value: 'JOB_NOT_FOUND' });
  await expect.poll(() => requests.count()).toBe(1);
  await page.getByLabel('Procedure').selectOption('generations.start');
  await page.getByRole('heading', { name: 'No request matches' }).waitFor();
  expect(new URL(page.url()).search).toBe('?code=JOB_NOT_FOUND&procedure=generations.start');
  await page.goBack();
  await expect.poll(() => requests.count()).toBe(1);
  await page.goBack();
  await expect.poll(() => requests.count()).toBeGreaterThanOrEqual(all);
  await page.getByLabel('Status').selectOption({ value: '200' });
  await requests.filter({ hasText: 'generations.start' }).filter({ hasText: 'Succeeded' }).waitFor();
  expect(await requests.filter({ hasText: 'INVALID_ALPHA_MODE' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.getByRole('link', { name: /^INVALID_ALPHA_MODE 2/ }).click();
  await expect.poll(() => requests.count()).toBe(2);
});

test('a link to a request opens it', async () => {
  const id = await failStart({ seed: -1 });
  const getNewestId = async () => (await api.requests.list({ limit: 1 }).page()).requests[0]?.id;
  await expect.poll(getNewestId).toBe(id);
  const page = await open(`/requests?request=${id}&code=JOB_NOT_FOUND`);
  await page.getByText(id, { exact: true }).waitFor();
  await page.getByRole('button', { expanded: true }).click();
  await expect.poll(() => page.getByText(id, { exact: true }).count()).toBe(0);
  expect(new URL(page.url()).search).toBe('?code=JOB_NOT_FOUND');
});

test.each(views)('the requests are accessible in $theme at $width px', async (view) => {
  const page = await open('/', { view });
  await goTo(page, 'Requests');
  await page.getByRole('list', { name: 'Requests' }).waitFor();
  await page
    .getByRole('button', { name: /INVALID_ALPHA_MODE/ })
    .first()
    .click();
  await page.getByText('How to fix it').waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `requests-${view.theme}-${view.width}`);
});

test('a page of older requests that can’t be read says so, and is shown by Try again', async () => {
  const missing = Array.from({ length: 51 }, (_, n) => `swx_${String(n).padStart(26, '0')}`);
  await Promise.all(missing.map((id) => safe(api.generations.get(id))));
  const { key } = await api.keys.create({ name: 'fails', mode: 'test' });
  const page = await open('/requests', { key });
  const requests = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await expect.poll(() => requests.count()).toBe(50);
  const olderPage = (url: URL) => url.href.includes('requests.list') && url.href.includes('page_token');
  await page.route(olderPage, (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-restage-simulate': 'UPLOAD_URL_FAILED' } }),
  );
  await page.getByRole('button', { name: 'Show more' }).click();
  const panel = page.getByRole('alert').filter({ hasText: 'Older requests can’t be shown' });
  await panel.waitFor();
  await page.unroute(olderPage);
  // The newest requests are read again every few seconds, which must not take the error away.
  await page.waitForResponse((response) => response.url().includes('/trpc/requests.failures'));
  await page.waitForResponse((response) => response.url().includes('/trpc/requests.failures'));
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => requests.count()).toBeGreaterThan(50);
  expect(await panel.count()).toBe(0);
});
