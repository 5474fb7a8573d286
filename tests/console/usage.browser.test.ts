import { expect, test } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';
import { seedHistory } from './support/history.ts';
import { readSample } from './support/samples.ts';

const { api, open, dataDirectory } = await openConsole();
await seedHistory(dataDirectory);

test('the range and the view of usage are in the address, and the back button returns to them', async () => {
  const page = await open('/usage');
  await page.getByRole('img', { name: /^Credits, from/ }).waitFor();
  await page.getByRole('tab', { name: 'Table' }).click();
  const rows = page.getByRole('region', { name: 'Usage' }).getByRole('row');
  await expect.poll(() => rows.count()).toBe(31);
  await page.getByLabel('Range').selectOption('Last 7 days');
  await expect.poll(() => rows.count()).toBe(8);
  expect(new URL(page.url()).search).toBe('?view=table&range=7d');
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(31);
  await page.goBack();
  await page.getByRole('img', { name: /^Credits, from/ }).waitFor();
});

test('the table holds the same totals as the chart', async () => {
  const page = await open('/usage');
  const label = await page.getByRole('img', { name: /^Jobs, from/ }).getAttribute('aria-label');
  const completed = Number(/Completed: (\d+)/.exec(label ?? '')?.[1]);
  expect(completed).toBeGreaterThan(100);
  await page.getByRole('tab', { name: 'Table' }).click();
  const table = page.getByRole('region', { name: 'Usage' });
  const titles = await table.getByRole('columnheader').allTextContents();
  const column = titles.indexOf('Completed') + 1;
  const cells = await table.locator(`tbody td:nth-child(${column})`).allTextContents();
  expect(cells.reduce((sum, text) => sum + Number(text), 0)).toBe(completed);
});

test('the ledger shows a charge without a reload, and its older entries page by page', async () => {
  const page = await open('/usage');
  const ledger = page.getByRole('region', { name: 'Ledger' });
  await expect.poll(() => ledger.getByRole('row').count()).toBe(21);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => ledger.getByRole('row').count()).toBe(41);

  const { beeble_uri } = await api.uploads.upload(await readSample('subject.jpg'));
  const job = await api.generations.start({
    generation_type: 'image',
    source_uri: beeble_uri,
    alpha_mode: 'fill',
    prompt: 'warm light',
    max_resolution: 720,
  });
  await ledger.getByRole('link', { name: job.id }).waitFor();
});

test.each(views)('the usage is accessible in $theme at $width px', async (view) => {
  const page = await open('/', { view });
  await goTo(page, 'Usage');
  await page.getByRole('img', { name: /^Jobs, from/ }).waitFor();
  await page.getByRole('table').waitFor();
  await checkAccessibility(page);
  await page.locator('canvas').first().waitFor();
  await takeScreenshot(page, `usage-${view.theme}-${view.width}`);
  await page.getByRole('tab', { name: 'Table' }).click();
  await page.getByRole('region', { name: 'Usage' }).waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `usage-table-${view.theme}-${view.width}`);
});
