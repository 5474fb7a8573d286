import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Restage, safe } from '@restage/sdk';
import type { Page } from 'playwright-core';
import { beforeAll, describe, test, vi } from 'vitest';
import { openConsole, type View } from './support/console.ts';
import { seedHistory } from './support/history.ts';
import { startReceiver } from './support/receiver.ts';
import { readSample } from './support/samples.ts';

/* Takes the pictures of docs/console.md: `pnpm screenshots`. */

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const { api, dataDirectory, open, server } = await openConsole({ RESTAGE_ALLOW_PRIVATE_NETWORK: '1' });
const receiver = await startReceiver();
const made = { job: '', delivery: '' };

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  await seedHistory(dataDirectory);
  await makeJobs();
  await makeDeliveries();
  await makeFailures();
}, 300_000);

/** Pictures, a video and a job that fails. */
async function makeJobs(): Promise<void> {
  const [subject, matte] = [await readSample('subject.jpg'), await readSample('matte.png')];
  const picture = { generation_type: 'image', source: subject, alpha_mode: 'custom', alpha: matte } as const;
  const callback_url = receiver.url;
  const { key } = await api.keys.create({ name: 'Proofs on the build server', mode: 'test' });
  const proofs = new Restage({ apiKey: key, baseUrl: server.url });
  await safe(proofs.run({ ...picture, prompt: 'a harbour in fog' }, { simulate: 'job-failed' }));
  const video = {
    generation_type: 'video',
    source: await readSample('shot.mp4'),
    alpha_mode: 'custom',
    alpha: await readSample('shot-matte.mp4'),
  } as const;
  await api.run({ ...video, prompt: 'golden hour on a beach', max_resolution: 720 });
  await api.run({ ...picture, prompt: 'rainy night city, neon', seed: 5, callback_url });
  const { job } = await api.run({ ...picture, prompt: 'golden hour on a beach', seed: 3, callback_url });
  const isDelivered = async () => (await api.generations.get(job.id)).webhook?.status === 'delivered';
  await vi.waitUntil(isDelivered, { timeout: 30_000, interval: 100 });
  made.job = job.id;
}

/** Events that arrived, that were refused, and that are tried again. */
async function makeDeliveries(): Promise<void> {
  receiver.answerWith(410);
  const { id } = await api.webhooks.test({ callback_url: receiver.url });
  await waitForStatus(id, 'failed');
  receiver.answerWith(200);
  await api.webhooks.redeliver(id);
  await waitForStatus(id, 'delivered');
  made.delivery = id;
  receiver.answerWith(410);
  const refused = await api.webhooks.test({ callback_url: receiver.url });
  await waitForStatus(refused.id, 'failed');
  receiver.answerWith(503);
  await api.webhooks.test({ callback_url: receiver.url });
}

async function waitForStatus(id: string, status: string): Promise<void> {
  const hasEnded = async () => (await api.webhooks.get(id)).status === status;
  await vi.waitUntil(hasEnded, { timeout: 30_000, interval: 100 });
}

/** Keys, and calls that are refused. */
async function makeFailures(): Promise<void> {
  await api.keys.create({ name: 'Render farm', mode: 'live' });
  const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await api.keys.create({ name: 'Contractor', mode: 'live', expires_at: inAMonth });
  const old = await api.keys.create({ name: 'Old laptop', mode: 'live' });
  await api.keys.revoke(old.id);
  const start = {
    generation_type: 'image',
    source_uri: 'https://example.com/a.jpg',
    alpha_mode: 'fill',
  } as const;
  await safe(api.generations.get('swx_01m8fm8nphenfa0khcv66b22hj'));
  await safe(api.generations.start(start));
  await safe(api.generations.start(start));
  await safe(api.generations.start({ ...start, alpha_mode: 'custom', prompt: 'fog' }));
  await safe(api.generations.start({ ...start, prompt: 'fog', callback_url: 'ftp://example.com' }));
  await safe(api.uploads.create({ filename: 'notes.txt' }));
  await safe(api.generations.start(start));
}

/** The pages, and what must be seen before a picture is taken. */
const pages: Readonly<Record<string, { path: () => string; show: (page: Page) => Promise<void> }>> = {
  jobs: { path: () => '/jobs', show: (page) => page.getByRole('table').waitFor() },
  job: { path: () => `/jobs/${made.job}`, show: (page) => page.getByRole('slider').waitFor() },
  usage: { path: () => '/usage', show: (page) => page.locator('canvas').nth(1).waitFor() },
  keys: { path: () => '/keys', show: (page) => page.getByRole('table').waitFor() },
  webhooks: { path: () => '/webhooks', show: (page) => page.getByRole('table').waitFor() },
  delivery: {
    path: () => `/webhooks/${made.delivery}`,
    show: (page) => page.getByText('Attempt 2').waitFor(),
  },
  requests: {
    path: () => '/requests',
    async show(page) {
      await page
        .getByRole('button', { name: /generations[.]start.*MISSING_STYLE_INPUT/ })
        .first()
        .click();
      await page.getByRole('link', { name: 'Docs of MISSING_STYLE_INPUT' }).waitFor();
    },
  },
  'playground-empty': {
    path: () => '/',
    show: (page) => page.getByRole('button', { name: /Golden hour/ }).waitFor(),
  },
  'playground-result': {
    path: () => '/',
    async show(page) {
      await page.getByRole('button', { name: /Golden hour/ }).click();
      await page.getByRole('status', { name: 'Cost' }).getByText('3 credits', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('slider').waitFor();
    },
  },
};

const views: readonly View[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 390 },
];

describe.each(Object.entries(pages))('%s', (name, { path, show }) => {
  test.each(views)('in $theme at $width px', async (view) => {
    const page = await open(path(), { view });
    await show(page);
    await page.waitForLoadState('networkidle');
    if (view.width > 390) await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({
      path: `${folder}console-${name}-${view.theme}-${view.width}.jpg`,
      type: 'jpeg',
      quality: 82,
    });
  });
});
