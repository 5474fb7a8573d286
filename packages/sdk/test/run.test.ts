import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openDoors } from '@restage/api/testing/suite';
import { fixturePath, fixtureUrl } from '@restage/fixtures';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Restage, type RunProgress, safe } from './index.ts';
import { aJob, hurried, refuse, serve, succeed } from './testing/server.ts';

const world = await openDoors();
const { key } = await world.account();
const restage = new Restage({ apiKey: key, baseUrl: world.url });
const png = [0x89, 0x50, 0x4e, 0x47];

describe('a run against a server', () => {
  test('takes a path to a photograph, and gives a job and its files', async () => {
    const seen: RunProgress[] = [];
    const { job, render, source, alpha } = await restage.run(
      { source: fixturePath('cat.png'), prompt: 'a beach at sunset', seed: 7 },
      { pollMs: 50, onProgress: (progress) => seen.push(progress) },
    );
    expect(job).toMatchObject({ status: 'completed', generation_type: 'image', alpha_mode: 'auto', seed: 7 });
    for (const file of [render, source, alpha]) {
      expect([...(await file.bytes()).subarray(0, 4)]).toEqual(png);
    }
    const uploads = seen.filter((progress) => progress.step === 'upload');
    const { size } = await stat(fixtureUrl('cat.png'));
    expect(uploads[0]).toEqual({ step: 'upload', part: 'source', sent: 0, total: size });
    expect(uploads.at(-1)).toEqual({ step: 'upload', part: 'source', sent: size, total: size });
    expect(seen.at(-1)).toMatchObject({ step: 'job', job: { status: 'completed', progress: 100 } });
  });

  test('takes a matte and a reference, as bytes, a Blob and a stream', async () => {
    const photograph = await readFile(fixtureUrl('portrait.png'));
    const { job } = await restage.run(
      {
        source: new Blob([photograph]).stream(),
        alpha: new Uint8Array(photograph),
        reference: new Blob([await readFile(fixtureUrl('sea.jpg'))]),
        max_resolution: 720,
      },
      { pollMs: 50 },
    );
    expect(job).toMatchObject({ status: 'completed', alpha_mode: 'custom' });
  });

  test('says what is to be made once all is read, and sends nothing where that is not wanted', async () => {
    const { url, received } = await serve((response) => refuse(response, 'INVALID_API_KEY'));
    const made: string[] = [];
    const onRead = (type: string) => {
      made.push(type);
      throw new Error(`no ${type}`);
    };
    const read = async (source: string | URL, generation_type?: 'image' | 'video') =>
      expect(hurried(url).run({ source, prompt: 'snow', generation_type }, { onRead })).rejects.toThrow(
        /^no /,
      );
    await read(fixtureUrl('cat.png'));
    await read(fixtureUrl('bird.mp4'));
    await read('https://media.test/cat');
    await read('https://media.test/cat', 'video');
    expect(made).toEqual(['image', 'video', 'image', 'video']);
    expect(received).toHaveLength(0);
  });

  test('saves, streams and refuses what has been tampered with', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'restage-sdk-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const { job, render } = await restage.run(
      { source: fixtureUrl('cat.png'), alpha_mode: 'fill', prompt: 'snow' },
      { pollMs: 50 },
    );
    const bytes = await render.bytes();
    await render.save(join(directory, 'render.png'));
    expect(await readFile(join(directory, 'render.png'))).toEqual(Buffer.from(bytes));
    expect(await buffer(await render.stream())).toEqual(Buffer.from(bytes));

    const altered = {
      ...job.output,
      render: job.output.render.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    };
    const refused = await safe(restage.outputs({ output: altered }).render.bytes());
    expect(refused.error?.code).toBe('INVALID_SIGNATURE');
    const missing = await safe(render.save(join(directory, 'gone', 'render.png')));
    expect(missing.error?.code).toBe('FILE_FAILED');
  });

  test('fails with the procedure’s own code, and names the parameter', async () => {
    const result = await safe(restage.run({ source: fixturePath('cat.png') }));
    expect(result.error).toMatchObject({ code: 'MISSING_STYLE_INPUT', param: 'prompt', status: 400 });
    expect(result.error?.docUrl).toContain('/errors#MISSING_STYLE_INPUT');
    expect(result.error?.requestId).toMatch(/^req_/);
  });

  test('without a key says INVALID_API_KEY', async () => {
    const nobody = new Restage({ apiKey: '', baseUrl: world.url });
    expect((await safe(nobody.account.info())).error).toMatchObject({ code: 'INVALID_API_KEY', status: 401 });
  });

  test('makes an upload in one step, and not of what is a URI already', async () => {
    const upload = await restage.uploads.send(new URL(fixtureUrl('sea.jpg')));
    expect(upload.beeble_uri).toBe(`beeble://uploads/${upload.id}/sea.jpg`);
    const refused = await safe(restage.uploads.send(upload.beeble_uri));
    expect(refused.error?.code).toBe('FILE_FAILED');
  });

  test('lists what was run, newest first', async () => {
    const dates: string[] = [];
    for await (const job of restage.generations.list({ limit: 1 })) dates.push(job.created_at);
    expect(dates.length).toBeGreaterThanOrEqual(3);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  test('tells of the account', async () => {
    expect((await restage.account.info()).email).toBe('someone@example.com');
    expect((await restage.account.billing()).meters.map(({ id }) => id)).toContain('api_image_1080p');
  });
});

describe('a run that can not be', () => {
  test('fails before anything is sent when a file is not there', async () => {
    const { url, received } = await serve((response) => refuse(response, 'INTERNAL_ERROR'));
    const result = await safe(
      hurried(url).run({
        source: fixturePath('sea.jpg'),
        alpha: './no-such-matte.png',
        prompt: 'snow',
      }),
    );
    expect(result.error).toMatchObject({ code: 'FILE_FAILED', status: undefined });
    expect(result.error?.message).toContain('no-such-matte.png');
    expect(received).toHaveLength(0);
  });

  test('ends the other uploads when one fails', async () => {
    const { url, received } = await serve((response, { request, body }) => {
      const name = request.url ?? '';
      if (name.startsWith('/put')) return; // hangs
      const { filename } = JSON.parse(String(body)).json;
      if (filename === 'b.png') setTimeout(() => refuse(response, 'INVALID_FILENAME'), 100);
      else succeed(response, { id: 'upload_1', upload_url: `${url}/put`, beeble_uri: 'beeble://' });
    });
    const source = new File(['a'], 'a.png');
    const alpha = new File(['b'], 'b.png');
    const result = await safe(hurried(url).run({ source, alpha, prompt: 'snow' }));
    expect(result.error?.code).toBe('INVALID_FILENAME');
    const hanging = received.find(({ request }) => request.url === '/put');
    await expect.poll(() => hanging?.request.socket.destroyed).toBe(true);
  });

  test('carries the job in every error once it has been started', async () => {
    const { url } = await serve((response, { request }) =>
      request.url?.includes('generations.start')
        ? succeed(response, aJob())
        : refuse(response, 'INVALID_API_KEY'),
    );
    const result = await safe(
      hurried(url).run({ source: 'https://a.test/a.png', prompt: 'snow' }, { pollMs: 5 }),
    );
    expect(result.error).toMatchObject({ code: 'INVALID_API_KEY', job: aJob() });
  });
});
