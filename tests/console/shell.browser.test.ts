import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  checkAccessibility,
  goTo,
  openConsole,
  takeScreenshot,
  views,
  watchLayoutShifts,
} from './support/console.ts';

const kit = await openConsole({ LOG_LEVEL: 'info' });
const { server, api, open, openSignedOut } = kit;

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
const banner = (page: Page) => page.getByText('Can’t reach the server');

test('the link of the first start signs in once, and its ticket leaves the address at once', async () => {
  const [, path = ''] = /Console: https?:\/\/[^/]+\/console(\S+)/.exec(server.output()) ?? [];
  expect(path).toMatch(/^#ticket=./);
  const page = await openSignedOut(path);
  await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
  expect(page.url().replace(/\/$/, '')).toBe(`${server.url}/console`);
  await page.getByText('owner@localhost').waitFor();
  await page.getByText('$10.00').waitFor();

  const again = await openSignedOut(path);
  await again.getByRole('alert').getByText('INVALID_API_KEY').first().waitFor();
  expect(again.url()).not.toContain('ticket');
});

test('a key that is pasted signs in, and is kept nowhere', async () => {
  const page = await openSignedOut('/usage?x=1');
  await page.getByLabel('API key').fill('rsk_wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('INVALID_API_KEY').first().waitFor();
  await page.getByLabel('API key').fill(server.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/console/usage?x=1');
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  for (const text of [kept, page.url(), await page.content(), server.output().split('Restage serves')[0]]) {
    expect(text).not.toContain(server.key);
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Restage' }).waitFor();
});

test('a key of test mode shows it, and costs nothing', async () => {
  const { key } = await api.keys.create({ name: 'test', mode: 'test' });
  const page = await open('/', { key });
  await page.getByRole('region', { name: 'Account' }).getByText('Test').waitFor();
  await page.getByRole('button', { name: /Golden hour/ }).click();
  await page.getByRole('status', { name: 'Cost' }).getByText('Free').waitFor();
});

test('the licences of the packages in the console are served beside it', async () => {
  const response = await fetch(`${server.url}/console/licenses.txt`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const text = await response.text();
  const manifest = await readFile(new URL('../../apps/console/package.json', import.meta.url), 'utf8');
  const packages = Object.keys(JSON.parse(manifest).dependencies).filter(
    (name) => !name.startsWith('@restage/'),
  );
  // `@restage/sdk` brings the client of tRPC, and that others.
  for (const name of [...packages, '@trpc/client', 'superjson'])
    expect(text).toMatch(new RegExp(`^## ${name} - \\d`, 'm'));
  expect(text).toContain('Copyright (c) Meta Platforms, Inc. and affiliates.');
});

test('every page has its link, its title and its heading, and gets the focus', async () => {
  const page = await open();
  for (const name of ['Jobs', 'Usage', 'Keys', 'Webhooks', 'Requests', 'Playground']) {
    await goTo(page, name);
    await expect.poll(() => page.title()).toBe(`${name} · Restage`);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
  }
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
  await page.goto(`${server.url}/console/nothing/here`);
  await page.getByText('There is no such page').waitFor();
});

test('the keyboard skips the navigation, and opens and closes the menu of a phone', async () => {
  const page = await open('/', { view: { theme: 'light', width: 390 } });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
  const menu = page.getByRole('button', { name: 'Menu', exact: true });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Menu' }).waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, 'menu-light-390');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => menu.evaluate((button) => button === document.activeElement)).toBe(true);
});

test.each(views)('the sign-in is accessible in $theme at $width px', async (view) => {
  const page = await openSignedOut('', view);
  await page.getByLabel('API key').waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, `sign-in-${view.theme}-${view.width}`);
});

test.each(['', '/jobs', '/usage', '/keys', '/webhooks', '/requests'])(
  'nothing moves while /console%s loads',
  async (path) => {
    const page = await open();
    const listShifts = await watchLayoutShifts(page);
    await page.goto(`${server.url}/console${path}`);
    await page.getByText('owner@localhost').waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await listShifts()).toEqual([]);
  },
);

test('a job that is cancelled says so, and its credits are refunded', async () => {
  const { key } = await api.keys.create({ name: 'stalls', mode: 'test' });
  const page = await open('/', { key });
  await page.route('**/trpc/generations.start*', (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-restage-simulate': 'stall' } }),
  );
  await page.getByRole('button', { name: /Golden hour/ }).click();
  // Before the sample is there, a start is refused for want of a source.
  await page.getByRole('status', { name: 'Cost' }).getByText('Free').waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('progressbar', { name: 'Progress of the job' }).waitFor();
  await takeScreenshot(page, 'playground-running');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled. The credits are refunded.').waitFor();
});

test('a job that failed says why', async () => {
  const { key } = await api.keys.create({ name: 'fails', mode: 'test' });
  const page = await open('/', { key });
  await page.route('**/trpc/generations.start*', (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-restage-simulate': 'job-failed' } }),
  );
  await page.getByRole('button', { name: /Golden hour/ }).click();
  // Before the sample is there, a start is refused for want of a source.
  await page.getByRole('status', { name: 'Cost' }).getByText('Free').waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('alert').getByText('JOB_FAILED', { exact: true }).waitFor();
  await takeScreenshot(page, 'playground-failed');
});

test('while the server restarts the page says so, recovers, and shows the job to its end', async () => {
  const page = await open();
  await page.getByLabel('Source').setInputFiles(sample('shot.mp4'));
  await page.getByLabel('Matte').setInputFiles(sample('shot-matte.mp4'));
  await page.getByLabel('Prompt').fill('forest, fog');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('progressbar', { name: 'Progress of the job' }).waitFor();
  await kit.stop();
  await banner(page).waitFor();
  await takeScreenshot(page, 'offline');
  await checkAccessibility(page);
  await kit.start();
  await banner(page).waitFor({ state: 'detached' });
  await page.getByRole('slider').waitFor({ timeout: 90_000 });
  expect(await page.getByLabel('Prompt').inputValue()).toBe('forest, fog');
});

test('a page that is opened before the server is back shows itself when it is', async () => {
  const page = await open('/keys');
  await page.getByRole('table').waitFor();
  await page.route('**/console/session', (route) => route.abort());
  await page.route('**/healthz', (route) => route.abort());
  await page.reload();
  await banner(page).waitFor();
  await page.unrouteAll();
  await page.getByRole('table').waitFor();
  await banner(page).waitFor({ state: 'detached' });
});
