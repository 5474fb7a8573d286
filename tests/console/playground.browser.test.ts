import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkAccessibility, goTo, openConsole, takeScreenshot, views } from './support/console.ts';

const { open } = await openConsole();

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

test('a picture is restaged to the end, compared, and downloaded', async () => {
  const page = await open();
  await page.getByLabel('Source').setInputFiles(sample('subject.jpg'));
  await page.getByText('1280 × 720').first().waitFor();
  await page.getByLabel('Matte').setInputFiles(sample('matte.png'));
  await page.getByLabel('Prompt').fill('beach, golden hour');
  await page.getByLabel('Resolution').selectOption('720p');
  await page.getByLabel('Seed').fill('7');
  await page.getByRole('status', { name: 'Cost' }).getByText('1 credit', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  const slider = page.getByRole('slider');
  await slider.waitFor();
  await page.getByText('Completed').waitFor();
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeGreaterThan(50);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toMatch(/^swx_.+\.png$/);
  await page.locator('button[aria-pressed]', { hasText: 'Matte' }).click();
  await page.getByAltText('The matte: white is the subject').waitFor();

  await goTo(page, 'Keys');
  await goTo(page, 'Playground');
  expect(await page.getByLabel('Prompt').inputValue()).toBe('beach, golden hour');
  await page.getByRole('slider').waitFor();

  await page.getByRole('button', { name: 'Same again with another seed' }).click();
  await page.getByText('Completed').waitFor();
});

test('a short video is restaged to the end, and its videos run in step', async () => {
  const page = await open();
  await page.getByRole('button', { name: /A moving shot/ }).click();
  await page
    .getByText(/\d+ frames/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('slider').waitFor({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Play' }).click();
  await expect
    .poll(() =>
      page.evaluate(() => {
        const [before, after] = [...document.querySelectorAll<HTMLVideoElement>('[data-rcs] video')];
        return (
          before &&
          after &&
          after.currentTime > 0.2 &&
          Math.abs(before.currentTime - after.currentTime) < 0.15
        );
      }),
    )
    .toBe(true);
});

test.each(views)(
  'the playground is accessible in $theme at $width px, empty and with a result',
  async (view) => {
    const page = await open('/', { view });
    await page.getByRole('heading', { name: 'Put your subject in another scene' }).waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `playground-empty-${view.theme}-${view.width}`);
    await page.getByRole('button', { name: /Golden hour/ }).click();
    await page.getByRole('status', { name: 'Cost' }).getByText('3 credits', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('slider').waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `playground-result-${view.theme}-${view.width}`);
    await page.getByRole('tab', { name: 'Code' }).click();
    await page.getByText('generation_type').waitFor();
    await checkAccessibility(page);
    await takeScreenshot(page, `playground-code-${view.theme}-${view.width}`);
  },
);
