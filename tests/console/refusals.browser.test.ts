import { readFile } from 'node:fs/promises';
import { makeMovie, makePng } from '@restage/media/testing';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { checkAccessibility, openConsole, takeScreenshot } from './support/console.ts';

// A session of its own for each, so that the limits of one are not those of another.
const { open, api } = await openConsole({
  RESTAGE_FIRST_CREDITS: '2',
  RESTAGE_MAX_UPLOAD_MB: '1',
  RESTAGE_WRITE_RPM: '1000',
});

const readSample = (name: string) => readFile(new URL(`../../samples/${name}`, import.meta.url));

interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const png = (name: string, buffer: Buffer): TestFile => ({ name, mimeType: 'image/png', buffer });
const mp4 = (name: string, buffer: Buffer): TestFile => ({ name, mimeType: 'video/mp4', buffer });
const picture = png('picture.png', makePng(64, 48));

const pick = (page: Page, label: string, file: TestFile) => page.getByLabel(label).setInputFiles(file);
const start = (page: Page) => page.getByRole('button', { name: 'Start' }).click();

/** Waits for a refusal at a field: its code with a link to its docs, what to do about it, and the field marked as wrong. */
async function expectRefusal(page: Page, label: string, code: string): Promise<void> {
  const field = page.getByLabel(label);
  await expect.poll(() => field.getAttribute('aria-invalid'), { timeout: 20_000 }).toBe('true');
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const error = page.locator(`[id="${ids.at(-1)}"]`);
  await error.getByRole('link', { name: code }).waitFor();
  expect(await page.locator('[aria-invalid=true]').count()).toBe(1);
}

/** Each refusal has its real cause. */
const refusals: readonly (readonly [
  code: string,
  label: string,
  cause: string,
  act: (page: Page) => Promise<void>,
])[] = [
  [
    'MISSING_SOURCE',
    'Source',
    'a start without a source',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await start(page);
    },
  ],
  [
    'MISSING_STYLE_INPUT',
    'Prompt',
    'a start without a prompt or a reference',
    async (page) => {
      await pick(page, 'Source', picture);
      await start(page);
    },
  ],
  [
    'MISSING_ALPHA',
    'Matte',
    'a start in the mode custom without a matte',
    async (page) => {
      await pick(page, 'Source', picture);
      await page.getByLabel('Prompt').fill('beach');
      await page.getByText('Custom', { exact: true }).click();
      await start(page);
    },
  ],
  [
    'ALPHA_TYPE_MISMATCH',
    'Matte',
    'a video as the matte of a picture',
    async (page) => {
      await pick(page, 'Source', picture);
      await page.getByLabel('Prompt').fill('beach');
      await pick(page, 'Matte', mp4('shot-matte.mp4', await readSample('shot-matte.mp4')));
    },
  ],
  [
    'INVALID_FILENAME',
    'Source',
    'a text file',
    (page) => pick(page, 'Source', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }),
  ],
  [
    'PAYLOAD_TOO_LARGE',
    'Source',
    'a file over the limit of uploads',
    (page) => pick(page, 'Source', png('big.png', Buffer.alloc(1_200_000))),
  ],
  [
    'INVALID_FILE_FORMAT',
    'Source',
    'a GIF under another name',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await pick(
        page,
        'Source',
        png('animation.png', Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1')),
      );
    },
  ],
  [
    'SOURCE_TOO_LARGE',
    'Source',
    'a picture with too many pixels',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await pick(page, 'Source', png('huge.png', makePng(2400, 1600)));
    },
  ],
  [
    'VIDEO_TOO_MANY_FRAMES',
    'Source',
    'a video of 241 frames',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await pick(page, 'Source', mp4('long.mp4', Buffer.from(await makeMovie({ frames: 241 }))));
    },
  ],
  [
    'INVALID_REQUEST',
    'Seed',
    'a seed below zero, while it is typed',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await pick(page, 'Source', picture);
      await page.getByLabel('Seed').fill('-1');
    },
  ],
  [
    'INVALID_REQUEST',
    'Seed',
    'words as a seed',
    async (page) => {
      await page.getByLabel('Prompt').fill('beach');
      await pick(page, 'Source', picture);
      await page.getByLabel('Seed').fill('any');
    },
  ],
  [
    'INVALID_REQUEST',
    'Prompt',
    'a prompt over the limit, while it is typed',
    async (page) => {
      await pick(page, 'Source', picture);
      await page.getByLabel('Prompt').fill('x'.repeat(2001));
    },
  ],
  [
    'INVALID_FILE_FORMAT',
    'Reference',
    'a video as the reference',
    async (page) => {
      await pick(page, 'Source', picture);
      await pick(page, 'Reference', mp4('shot.mp4', await readSample('shot.mp4')));
    },
  ],
];

describe('a refusal stands at its field', () => {
  test.each(refusals)('%s at %s: %s', async (code, label, _, act) => {
    const page = await open();
    await act(page);
    await expectRefusal(page, label, code);
  });
});

test('a refusal that no field is about stands above the button, with what to do', async () => {
  const page = await open();
  await page.getByLabel('Prompt').fill('beach');
  await pick(page, 'Source', picture);
  const alert = page.getByRole('alert');
  await alert.getByText('INSUFFICIENT_CREDITS', { exact: true }).waitFor();
  await alert.getByText('Add credits', { exact: false }).waitFor();
  await checkAccessibility(page);
  await takeScreenshot(page, 'playground-refused');
  await page.getByLabel('Resolution').selectOption('720p');
  await page.getByRole('status', { name: 'Cost' }).getByText('1 credit', { exact: true }).waitFor();
  expect(await alert.count()).toBe(0);
});

test('a refused start goes when the form is put right, and nothing is charged', async () => {
  const page = await open();
  await page.getByLabel('Resolution').selectOption('720p');
  await pick(page, 'Source', picture);
  await start(page);
  await expectRefusal(page, 'Prompt', 'MISSING_STYLE_INPUT');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  await page.getByLabel('Prompt').fill('beach');
  await page.getByRole('status', { name: 'Cost' }).getByText('1 credit', { exact: true }).waitFor();
  expect(await page.locator('[aria-invalid=true]').count()).toBe(0);
  expect((await api.account.billing()).prepaid_balance).toBe(0.02);
});
