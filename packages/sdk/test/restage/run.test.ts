import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fixturePath, fixtureUrl } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Restage, type RunProgress, safe } from '../../src/index.ts';

const services = await openTransports();
const { key } = await services.account();
const restage = new Restage({ apiKey: key, baseUrl: services.url });
const png = [0x89, 0x50, 0x4e, 0x47];

describe('run, against a server', () => {
  test('takes the path of an image, and returns a job and its outputs', async () => {
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
    expect(uploads[0]).toEqual({ step: 'upload', role: 'source', sent: 0, total: size });
    expect(uploads.at(-1)).toEqual({ step: 'upload', role: 'source', sent: size, total: size });
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

  test('returns outputs that can be saved and streamed, and fails for an altered URL or a missing folder', async () => {
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

    const alteredOutput = {
      ...job.output,
      render: job.output.render.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    };
    const denied = await safe(restage.outputs({ output: alteredOutput }).render.bytes());
    expect(denied.error?.code).toBe('INVALID_SIGNATURE');
    const missing = await safe(render.save(join(directory, 'gone', 'render.png')));
    expect(missing.error?.code).toBe('FILE_FAILED');
  });

  test('fails with the code of the procedure, and names the parameter', async () => {
    const result = await safe(restage.run({ source: fixturePath('cat.png') }));
    expect(result.error).toMatchObject({ code: 'MISSING_STYLE_INPUT', param: 'prompt', status: 400 });
    expect(result.error?.docUrl).toContain('/errors#MISSING_STYLE_INPUT');
    expect(result.error?.requestId).toMatch(/^req_/);
  });

  test('account.info without a key fails with INVALID_API_KEY', async () => {
    const anonymous = new Restage({ apiKey: '', baseUrl: services.url });
    expect((await safe(anonymous.account.info())).error).toMatchObject({
      code: 'INVALID_API_KEY',
      status: 401,
    });
  });

  test('uploads.upload uploads a file, and fails with FILE_FAILED for a URI', async () => {
    const upload = await restage.uploads.upload(new URL(fixtureUrl('sea.jpg')));
    expect(upload.beeble_uri).toBe(`beeble://uploads/${upload.id}/sea.jpg`);
    const failed = await safe(restage.uploads.upload(upload.beeble_uri));
    expect(failed.error?.code).toBe('FILE_FAILED');
  });

  test('generations.list returns the jobs of the runs, newest first', async () => {
    const dates: string[] = [];
    for await (const job of restage.generations.list({ limit: 1 })) dates.push(job.created_at);
    expect(dates.length).toBeGreaterThanOrEqual(3);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  test('account.info and account.billing return the account', async () => {
    expect((await restage.account.info()).email).toBe('someone@example.com');
    expect((await restage.account.billing()).meters.map(({ id }) => id)).toContain('api_image_1080p');
  });
});
