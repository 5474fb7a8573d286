import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { assertRender, type ExampleContext, readScript, startScript } from './run.ts';

const picture = fileURLToPath(new URL('../../samples/subject.jpg', import.meta.url));

interface Job {
  readonly id: string;
  readonly status: string;
  readonly output: { readonly render: string } | null;
}

/** Makes the requests of the page, as a browser would; with a Chromium, uses the page itself too. */
export async function checkBrowserUpload(context: ExampleContext): Promise<string> {
  const script = await readScript('browser-upload', 'cd examples/');
  await using backend = startScript(script, { ...context.env, PORT: String(context.pagePort) });
  const [, origin = ''] = await backend.waitFor(/Open (\S+)/);

  for (const path of ['/', '/page.js']) {
    const response = await fetch(`${origin}${path}`);
    assert.equal(response.status, 200, path);
    assert(!(await response.text()).includes(context.server.key), `${path} does not contain the key`);
  }
  await restageAsPage(origin);
  for (const [path, body] of refusedRequests) {
    const refused = await post(origin, path, body);
    assert.equal(refused.status, 400, JSON.stringify(body));
    const { message } = await readJson<{ message: string }>(refused);
    assert(message.length > 0);
  }
  if (!context.chromium) return 'uploaded to a signed URL and rendered';
  await restageInChromium(context.chromium, origin, context.server.key);
  return 'uploaded to a signed URL and rendered, in Chromium too';
}

const refusedRequests: readonly (readonly [path: string, body: unknown])[] = [
  ['/api/uploads', { filename: 'notes.txt' }],
  ['/api/uploads', null],
  ['/api/jobs', { source_uri: 'https://example.com/picture.jpg', prompt: 'snow' }],
  ['/api/jobs', { source_uri: 'beeble://uploads/upload_1/a.jpg' }],
];

async function restageAsPage(origin: string): Promise<void> {
  const created = await post(origin, '/api/uploads', { filename: 'subject.jpg' });
  const upload = await readJson<{ upload_url: string; beeble_uri: string }>(created);
  // What a browser asks before it sends a PUT to another origin.
  const preflight = await fetch(upload.upload_url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT' },
  });
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  const body = await readFile(picture);
  const put = await fetch(upload.upload_url, { method: 'PUT', headers: { origin }, body });
  assert.deepEqual([put.status, put.headers.get('access-control-allow-origin')], [200, origin]);

  const prompt = 'golden hour on a beach';
  const started = await post(origin, '/api/jobs', { source_uri: upload.beeble_uri, prompt });
  let job = await readJson<Job>(started);
  for (const deadline = Date.now() + 60_000; !job.output; await sleep(200)) {
    assert(job.status !== 'failed' && Date.now() < deadline, `${job.id} is ${job.status}`);
    job = await readJson<Job>(await fetch(`${origin}/api/jobs/${job.id}`));
  }
  assertRender(await (await fetch(job.output.render)).bytes());
}

function post(origin: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** Chooses a file, presses the button and waits for the picture. Nothing that the page sends contains the key. */
async function restageInChromium(executable: string, origin: string, key: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const sent: string[] = [];
    page.on('request', async (request) => {
      sent.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '');
    });
    await page.goto(origin);
    await slowUploads(page);
    const shown = await observeProgress(page);
    await page.setInputFiles('input[type=file]', picture);
    await page.click('button');
    const render = page.locator('#result img');
    await render.waitFor({ timeout: 60_000 });
    const size = await render.evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
    assert.deepEqual(size, [1280, 720]);
    assert.equal(await page.textContent('[role=status]'), 'Done');
    const partial = (await shown()).filter((line) => /^Uploading 0\.\d+$/.test(line));
    assert(partial.length > 0, 'the page shows how far the upload is');
    assert(sent.length > 0 && !sent.some((text) => text.includes(key)), 'the page sends no key');

    await page.setInputFiles('input[type=file]', {
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('x'),
    });
    await page.click('button');
    await page.locator('[role=status]', { hasText: 'filename' }).waitFor({ timeout: 10_000 });
  } finally {
    await browser.close();
  }
}

/** Lets the page send 60 kB a second, so that there is progress to be seen. */
async function slowUploads(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 60_000,
  });
}

/** Keeps each status with the progress that the page showed beside it. @returns what reads them, as `Uploading 0.5` */
async function observeProgress(page: Page): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(() => {
    const lines: string[] = [];
    const [bar, status] = ['progress', '[role=status]'].map((selector) => document.querySelector(selector));
    const read = () => lines.push(`${status?.textContent} ${bar?.getAttribute('value')}`);
    if (bar) new MutationObserver(read).observe(bar, { attributes: true });
    return lines;
  });
  return () => seen.jsonValue();
}
