import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Restage } from '@restage/sdk';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, expect, inject, onTestFinished } from 'vitest';
import { findChromium } from '../../../scripts/chromium.ts';
import { type Env, type RunningServer, startServer } from '../../../scripts/programs.ts';

/** Light or dark, and wide or as on a phone. */
export interface View {
  readonly theme: 'light' | 'dark';
  readonly width: 1280 | 390;
}

/** The views in which every page is checked. */
export const views: readonly View[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
];

/** A server with the real engine, and a browser. */
export interface ConsoleKit {
  readonly server: RunningServer;
  readonly dataDirectory: string;
  /** The API of the first account, with its key. */
  readonly api: Restage;
  /** Opens a page of the console, signed in with a key: by default that of the first account. */
  open(path?: string, options?: { view?: View; key?: string }): Promise<Page>;
  /** Opens a page of the console without a session. */
  openSignedOut(path: string, view?: View): Promise<Page>;
  /** Stops the server. */
  stop(): Promise<void>;
  /** Starts a stopped server again: at the same address, with the same data. */
  start(): Promise<void>;
}

/**
 * Starts a server and a browser for the tests of one file. Pages close after their test; a page that logs an error, or
 * violates the content security policy, fails it.
 */
export async function openConsole(env: Env = {}): Promise<ConsoleKit> {
  const directory = await mkdtemp(join(tmpdir(), 'restage-console-'));
  const dataDirectory = join(directory, 'data');
  const start = (ownPort: string) =>
    startServer(dataDirectory, { LOG_LEVEL: 'warn', ...env, PORT: ownPort }, inject('restageServer'));
  let server = await start('0');
  const first = server;
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const newPage = async (path: string, view: View = { theme: 'light', width: 1280 }, key?: string) => {
    const context = await newContext(browser, first.url, view);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    failOnConsoleErrors(page);
    if (key !== undefined) await signIn(page, first.url, key);
    await page.goto(`${first.url}/console${path === '/' ? '' : path}`);
    return page;
  };
  return {
    server: first,
    dataDirectory,
    api: new Restage({ apiKey: first.key, baseUrl: first.url }),
    open: (path = '/', { view, key = first.key } = {}) => newPage(path, view, key),
    openSignedOut: (path, view) => newPage(path, view),
    stop: () => server.stop(),
    async start() {
      server = await start(new URL(first.url).port);
    },
  };
}

async function newContext(browser: Browser, origin: string, { theme, width }: View): Promise<BrowserContext> {
  const context = await browser.newContext({
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height: width === 390 ? 844 : 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    baseURL: origin,
  });
  onTestFinished(() => context.close());
  return context;
}

/** What a page may log: answers with an error status, and a server that is gone, are part of some tests. */
const expected = /Failed to load resource|net::ERR_/;

function failOnConsoleErrors(page: Page): void {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text())) errors.push(message.text());
  });
  onTestFinished(() => expect(errors).toEqual([]));
}

/** Opens a session as the console's page does. */
async function signIn(page: Page, origin: string, key: string): Promise<void> {
  await page.goto(`${origin}/console/sign-in`);
  const status = await page.evaluate(async (sent) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('/console/session', {
      method: 'POST',
      headers,
      body: JSON.stringify({ key: sent }),
    });
    return response.status;
  }, key);
  expect(status).toBe(204);
}

/** Goes to a page by its link: on a phone the links are behind the button Menu. */
export async function goTo(page: Page, name: string): Promise<void> {
  // Until the session is known, there are no links and no menu.
  await page.locator('#main').waitFor();
  const menu = page.getByRole('button', { name: 'Menu', exact: true });
  const link = page.getByRole('link', { name, exact: true });
  await menu.or(link).first().waitFor();
  if (await menu.isVisible()) await menu.click();
  await link.click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Checks a page as it is now against WCAG 2.2 AA, and that nothing is wider than the screen. */
export async function checkAccessibility(page: Page): Promise<void> {
  // Not as a script element, which the content security policy forbids.
  await page.evaluate(await readAxe());
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return found.violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  });
  expect(violations).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow, 'what is wider than the screen, in pixels').toBeLessThanOrEqual(0);
}

let axe: Promise<string> | undefined;
function readAxe(): Promise<string> {
  axe ??= import('node:fs/promises').then(({ readFile }) => readFile(axeSource, 'utf8'));
  return axe;
}

/** Watches the pages that are opened from now on. @returns what lists how far things have moved, other than by an input */
export async function watchLayoutShifts(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        if (value > 0.001) shifts.push(value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
}

/**
 * Saves a picture of the page as `console-NAME.png` in the folder that RESTAGE_SCREENSHOTS names, if it is set; with
 * RESTAGE_SCREENSHOTS_TYPE=jpeg as a smaller `.jpg`, as in the docs.
 */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const { RESTAGE_SCREENSHOTS: folder, RESTAGE_SCREENSHOTS_TYPE: type } = process.env;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  const path = join(folder, `console-${name}`);
  await page.screenshot({
    fullPage: true,
    ...(type === 'jpeg' ? { path: `${path}.jpg`, type, quality: 90 } : { path: `${path}.png` }),
  });
}
