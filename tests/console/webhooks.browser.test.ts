import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';
import { startReceiver } from './support/receiver.ts';
import { readSample } from './support/samples.ts';

const { api, open } = await openConsole({ RESTAGE_ALLOW_PRIVATE_NETWORK: '1' });
const receiver = await startReceiver();

test('a failed delivery shows why, and arrives when it is resent, with the same id', async () => {
  receiver.answerWith(410);
  const page = await open('/webhooks');
  await page.getByRole('button', { name: 'Send test event' }).first().click();
  await page.getByLabel('Callback URL').fill(receiver.url);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Delivery' }).waitFor();
  await page.getByText('Failed', { exact: true }).waitFor();
  await page.getByText('Endpoint returned 410 Gone; delivery stopped.').waitFor();

  receiver.answerWith(200);
  await page.getByRole('button', { name: 'Resend' }).click();
  await page.getByText('Delivered', { exact: true }).waitFor();
  await page.getByText('HTTP 200').waitFor();
  await page.getByText('HTTP 410').waitFor();
  const [first, second] = receiver.events;
  expect(receiver.events).toHaveLength(2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(page.url()).toContain(String(first?.headers['webhook-id']));
});

test('a URL that can’t be called is refused at its field', async () => {
  const page = await open('/webhooks');
  await page.getByRole('button', { name: 'Send test event' }).first().click();
  const url = page.getByLabel('Callback URL');
  await url.fill('ftp://example.com/');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(() => url.getAttribute('aria-invalid')).toBe('true');
  await page.getByRole('link', { name: 'INVALID_CALLBACK_URL' }).waitFor();
});

test('deliveries are filtered by the address, resent from the list, and the back button undoes a filter', async () => {
  receiver.answerWith(410);
  const { id } = await api.webhooks.test({ callback_url: receiver.url });
  await expect.poll(async () => (await api.webhooks.get(id)).status).toBe('failed');
  const page = await open('/webhooks');
  await page.getByLabel('Status').selectOption('Failed');
  await page.getByRole('button', { name: `Resend ${id}` }).waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
  receiver.answerWith(200);
  await page.getByRole('button', { name: `Resend ${id}` }).click();
  await page.getByRole('heading', { name: 'No such deliveries' }).waitFor();
  await page.goBack();
  await page.locator(`a[href$="${id}"]`).waitFor();
});

test('the secret is hidden until it is asked for, is copied, and is rotated with an overlap', async () => {
  const { secret } = await api.webhooks.secret();
  const page = await open('/webhooks');
  await page.getByRole('button', { name: 'Reveal' }).waitFor();
  expect(await page.content()).not.toContain(secret);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await page.getByRole('button', { name: 'Reveal' }).click();
  await page.getByText(secret).waitFor();

  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  await page.getByLabel('The old secret signs too for').selectOption('1 hour');
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByText(/The secret before it signs too, until/).waitFor();
  const rotated = await api.webhooks.secret();
  expect(rotated.secret).not.toBe(secret);
  await page.getByText(rotated.secret).waitFor();
  const overlapMs = Date.parse(rotated.previous_expires_at ?? '') - Date.now();
  expect(overlapMs).toBeGreaterThan(50 * 60_000);
  expect(overlapMs).toBeLessThanOrEqual(60 * 60_000);
});

test('a test key is told that it can’t rotate the secret, before and when it tries', async () => {
  const { key } = await api.keys.create({ name: 'proofs', mode: 'test' });
  const page = await open('/webhooks', { key });
  await page.getByText('A test key can’t rotate the signing secret').waitFor();
  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('dialog').getByText('LIVE_KEY_REQUIRED', { exact: true }).waitFor();
});

/** `expect.poll` works only in a test. */
const waitFor = (condition: () => Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 30_000, interval: 100 });

/** What a receiver meets: an event that arrived, one that was refused, and that of a job. */
async function sendEvents(): Promise<void> {
  const send = async (status: number) => {
    receiver.answerWith(status);
    const { id } = await api.webhooks.test({ callback_url: receiver.url });
    await waitFor(async () => (await api.webhooks.get(id)).status !== 'pending');
  };
  await send(410);
  await send(200);
  const { beeble_uri } = await api.uploads.upload(await readSample('subject.jpg'));
  const { id } = await api.generations.start({
    generation_type: 'image',
    source_uri: beeble_uri,
    alpha_mode: 'fill',
    prompt: 'warm light',
    max_resolution: 720,
    callback_url: receiver.url,
  });
  await api.generations.wait(id);
  await waitFor(async () => (await api.generations.get(id)).webhook?.status === 'delivered');
}

describe('with events of all kinds', () => {
  beforeAll(sendEvents);

  test.each(views)('the webhooks are accessible in $theme at $width px', async (view) => {
    const page = await open('/', { view });
    await goTo(page, 'Webhooks');
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'Reveal' }).waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `webhooks-${view.theme}-${view.width}`);
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByLabel('The old secret signs too for').waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `webhooks-rotate-${view.theme}-${view.width}`);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /^swx_/ }).first().click();
    await page.getByText(/^Attempt 1/).waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `delivery-${view.theme}-${view.width}`);
  });
});

test('the deliveries of one job are shown by the address, until its filter is taken off', async () => {
  const page = await open('/webhooks?job=swx_none');
  await page.getByRole('heading', { name: 'No such deliveries' }).waitFor();
  await page.getByRole('button', { name: 'Show those of all jobs' }).click();
  await page.getByRole('table').waitFor();
});
