import { expect, test } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';

const { api, open } = await openConsole();

test('a key is created, shown once, and revoked after a confirmation', async () => {
  const page = await open('/keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByLabel('Name').fill('Render farm');
  await page.getByLabel('Mode').selectOption('Test');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  expect(key).toMatch(/^rsk_/);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('cell', { name: 'Render farm', exact: true }).waitFor();
  expect(await page.content()).not.toContain(key);

  await page.getByRole('button', { name: 'Revoke Render farm' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('Render farm is revoked').waitFor();
  await page.getByRole('row', { name: /Render farm.*Revoked/ }).waitFor();
});

test('an invalid name of a key is refused at its field', async () => {
  const page = await open('/keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const name = page.getByLabel('Name');
  await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
  await page.getByRole('link', { name: 'INVALID_REQUEST' }).waitFor();
});

test('a page whose key is revoked goes to the sign-in, and comes back to the page afterwards', async () => {
  const own = await api.keys.create({ name: 'short-lived', mode: 'live' });
  const page = await open('/keys', { key: own.key });
  await page.getByRole('button', { name: 'Revoke short-lived' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByRole('heading', { name: 'Sign in to Restage' }).waitFor();
  const next = await api.keys.create({ name: 'next', mode: 'live' });
  await page.getByLabel('API key').fill(next.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
});

test('a test key is told that it can’t create keys, before and when it tries', async () => {
  const { key } = await api.keys.create({ name: 'proofs', mode: 'test' });
  const page = await open('/keys', { key });
  await page.getByText('A test key can’t create or revoke keys').waitFor();
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByLabel('Name').fill('Another');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('dialog').getByText('LIVE_KEY_REQUIRED', { exact: true }).waitFor();
});

test('a key is created that expires in 30 days', async () => {
  const page = await open('/keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByLabel('Name').fill('For a month');
  await page.getByLabel('Expires').selectOption('In 30 days');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('row', { name: /For a month.*in (?:29|30)d/ }).waitFor();
});

test.each(views)('the keys are accessible in $theme at $width px', async (view) => {
  const page = await open('/', { view });
  await goTo(page, 'Keys');
  await page.getByRole('table').waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `keys-${view.theme}-${view.width}`);
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByLabel('Name').waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `keys-create-${view.theme}-${view.width}`);
});
