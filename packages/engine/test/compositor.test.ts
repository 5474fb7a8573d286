import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import { fixturePath } from '@restage/fixtures';
import { findChildren } from '@restage/fixtures/processes';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createCompositor } from '../src/compositor.ts';
import type { Engine, Rendered, RenderRequest, RenderResult } from '../src/engine.ts';
import { makeVideo } from './support/edge-case-videos.ts';
import { createFolder, readPixels } from './support/files.ts';

let engine: Engine;
beforeAll(() => {
  engine = createCompositor({ workers: 2 });
});
afterAll(() => engine.close());

const quiet = { signal: new AbortController().signal, onProgress: () => {} };
const base = { generationType: 'image', alphaMode: 'custom', seed: 11, maxResolution: 1080 } as const;

function done(result: RenderResult): Rendered {
  if (isFailure(result)) throw new Error(result.message);
  return result;
}

async function render(
  request: Omit<RenderRequest, keyof typeof base> & Partial<RenderRequest>,
): Promise<Rendered> {
  return done(await engine.render({ ...base, ...request }, quiet));
}

/** The processes that render for this one. */
const renderers = () => findChildren(process.pid, 'engine/src/worker');

describe('a prompt', () => {
  const cat = (prompt: string, seed: number) =>
    render({
      source: fixturePath('cat.png'),
      alphaMode: 'auto',
      prompt,
      seed,
      outputDirectory: createFolder(),
    });

  test('becomes a scene, and its phrases come back with their effects', async () => {
    const result = await cat('snowy mountains', 1);
    expect(result).toMatchObject({
      ...{ width: 451, height: 300 },
      understood: [
        { phrase: 'snowy', effect: 'weather: snow' },
        { phrase: 'mountains', effect: 'place: mountains' },
      ],
    });
    // The prompt's words stay out of the log.
    expect(result.notes).toEqual(['no time of day was named: day']);
  });

  test('gives the same scene for the same seed, and another for another', async () => {
    const [one, same, other] = await Promise.all([
      cat('sunset over the sea', 1),
      cat('sunset over the sea', 1),
      cat('sunset over the sea', 2),
    ]);
    expect(readFileSync(one.render).equals(readFileSync(same.render))).toBe(true);
    expect(readFileSync(one.render).equals(readFileSync(other.render))).toBe(false);
  });
});

test('alpha mode fill relights the whole frame and replaces nothing', async () => {
  const result = await render({
    source: fixturePath('sea.jpg'),
    alphaMode: 'fill',
    prompt: 'golden hour',
    outputDirectory: createFolder(),
  });
  const [out, source, matte] = await Promise.all([
    readPixels(result.render),
    readPixels(result.source),
    readPixels(result.alpha),
  ]);
  expect(matte.data.every((value) => value === 255)).toBe(true);
  expect(out.data.equals(source.data)).toBe(false);
  expect(structure(out.data, source.data)).toBeGreaterThan(0.9);
});

/** Correlation of green levels: 1 where one picture is the other under a change of light. */
function structure(one: Uint8Array, other: Uint8Array): number {
  const n = one.length / 3;
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 1; i < one.length; i += 3) {
    const p = one[i] ?? 0;
    const q = other[i] ?? 0;
    x += p;
    y += q;
    xx += p * p;
    yy += q * q;
    xy += p * q;
  }
  return (xy / n - (x / n) * (y / n)) / Math.sqrt((xx / n - (x / n) ** 2) * (yy / n - (y / n) ** 2));
}

test('an image is scaled down to its box and never enlarged', async () => {
  const source = join(createFolder(), 'large.png');
  await sharp({ create: { width: 2000, height: 1250, channels: 3, background: '#7a90a5' } })
    .png()
    .toFile(source);
  const large = await render({
    source,
    alphaMode: 'fill',
    prompt: 'dusk',
    maxResolution: 720,
    outputDirectory: createFolder(),
  });
  expect([large.width, large.height]).toEqual([1152, 720]);
  const small = await render({
    source: fixturePath('cat.png'),
    alphaMode: 'fill',
    prompt: 'dusk',
    outputDirectory: createFolder(),
  });
  expect([small.width, small.height]).toEqual([451, 300]);
});

test('a source that equals its output is copied; any other is encoded with the same pixels', async () => {
  const pixelsIn = await readPixels(fixturePath('cat.png'));
  const { width, height } = pixelsIn;
  const request = { alphaMode: 'fill', prompt: 'dusk' } as const;
  const written = async (name: string, file: Sharp) => {
    const source = join(createFolder(), name);
    await file.toFile(source);
    const out = (await render({ ...request, source, outputDirectory: createFolder() })).source;
    return { given: readFileSync(source), out: readFileSync(out), pixels: await readPixels(out) };
  };
  const raw = () => sharp(pixelsIn.data, { raw: { width, height, channels: 3 } });
  const plain = await written('plain.png', raw().png({ compressionLevel: 9 }));
  expect(plain.out.equals(plain.given)).toBe(true);
  const withAlpha = await written('alpha.png', raw().ensureAlpha().png());
  const withProfile = await written('profile.png', raw().withIccProfile('srgb').png());
  const lossless = await written('lossless.webp', raw().webp({ lossless: true }));
  for (const { given, out } of [withAlpha, withProfile, lossless]) expect(out.equals(given)).toBe(false);
  for (const each of [plain, withAlpha, withProfile, lossless]) expect(each.pixels).toEqual(pixelsIn);
});

test('EXIF orientation is applied', async () => {
  const source = join(createFolder(), 'turned.jpg');
  await sharp(fixturePath('cat.png')).withMetadata({ orientation: 6 }).jpeg().toFile(source);
  const result = await render({ source, alphaMode: 'fill', prompt: 'dusk', outputDirectory: createFolder() });
  expect([result.width, result.height]).toEqual([300, 451]);
});

test('a watermark is visible, and only when asked for', async () => {
  const request = { source: fixturePath('cat.png'), alphaMode: 'fill', prompt: 'dusk' } as const;
  const plain = await readPixels((await render({ ...request, outputDirectory: createFolder() })).render);
  const marked = await readPixels(
    (await render({ ...request, watermark: true, outputDirectory: createFolder() })).render,
  );
  const brighter = plain.data.filter((value, i) => (marked.data[i] ?? 0) > value + 20).length;
  expect(brighter / plain.data.length).toBeGreaterThan(0.03);
});

test('progress rises to one', async () => {
  const seen: number[] = [];
  await engine.render(
    {
      ...base,
      source: fixturePath('cat.png'),
      alphaMode: 'auto',
      prompt: 'desert',
      outputDirectory: createFolder(),
    },
    { ...quiet, onProgress: (fraction) => seen.push(fraction) },
  );
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort((one, other) => one - other));
});

describe('what goes wrong is told, and costs one job only', () => {
  test.each([
    ['source', { source: 'broken' }],
    ['alpha', { alpha: 'broken' }],
    ['reference image', { reference: 'broken' }],
  ])('a damaged %s', async (role, change) => {
    const directory = createFolder();
    const broken = join(directory, 'broken.png');
    writeFileSync(broken, readFileSync(fixturePath('cat.png')).subarray(0, 9000));
    const good = {
      source: fixturePath('cat.png'),
      alpha: fixturePath('cat.png'),
      reference: fixturePath('room.png'),
    };
    const named = Object.fromEntries(Object.keys(change).map((key) => [key, broken]));
    const result = await engine.render(
      { ...base, ...good, ...named, outputDirectory: createFolder() },
      quiet,
    );
    expect(result).toEqual(failWith('INVALID_INPUT', expect.stringContaining(role)));
    expect(JSON.stringify(result)).not.toContain(directory);
  });

  test('an abort ends a busy worker within two seconds', async () => {
    const controller = new AbortController();
    const running = engine.render(
      {
        ...base,
        generationType: 'video',
        source: fixturePath('wide.mp4'),
        alphaMode: 'auto',
        prompt: 'forest',
        outputDirectory: createFolder(),
      },
      { signal: controller.signal, onProgress: () => {} },
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const start = performance.now();
    controller.abort();
    expect(await running).toEqual(failWith('CANCELLED', 'The job was cancelled.'));
    expect(performance.now() - start).toBeLessThan(2000);
    await render({
      source: fixturePath('cat.png'),
      alphaMode: 'fill',
      prompt: 'dusk',
      outputDirectory: createFolder(),
    });
  });

  test.each([
    ['while it surveys the shot', { alphaMode: 'auto' }, 0.1],
    ['while it samples frames all over the shot', { alphaMode: 'custom' }, 0.03],
  ] as const)(
    'an abort %s ends the process within two seconds and leaves nothing behind',
    async (_name, change, share) => {
      const [outputDirectory, temporary] = [createFolder(), createFolder()];
      // An empty matte, so that all of the shot is looked through for a subject.
      const times = Array.from({ length: 240 }, (_, n) => n * 40);
      const alpha = await makeVideo(join(createFolder(), 'alpha.mp4'), {
        ...{ width: 64, height: 36, times },
        colour: [16, 128, 128],
      });
      vi.stubEnv('TMPDIR', temporary);
      const idle = renderers();
      const single = createCompositor({ workers: 1 });
      onTestFinished(async () => {
        vi.unstubAllEnvs();
        await single.close();
      });
      const controller = new AbortController();
      const seen: number[] = [];
      let started: readonly number[] = [];
      let aborted = 0;
      const result = await single.render(
        {
          ...base,
          ...change,
          generationType: 'video',
          source: fixturePath('wide.mp4'),
          alpha,
          prompt: 'forest',
          outputDirectory,
        },
        {
          signal: controller.signal,
          onProgress(fraction) {
            seen.push(fraction);
            if (aborted > 0) return;
            started = renderers().filter((pid) => !idle.includes(pid));
            aborted = performance.now();
            controller.abort();
          },
        },
      );
      expect(result).toEqual(failWith('CANCELLED', 'The job was cancelled.'));
      expect(performance.now() - aborted).toBeLessThan(2000);
      expect(Math.max(...seen)).toBeLessThan(share);
      expect(started).toHaveLength(1);
      await vi.waitFor(() => expect(renderers().filter((pid) => started.includes(pid))).toEqual([]), {
        timeout: 2000 - (performance.now() - aborted),
        interval: 50,
      });
      expect(readdirSync(outputDirectory)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  test('a job that exceeds its time limit is ended', async () => {
    const impatient = createCompositor({ workers: 1, wallSeconds: 1 });
    const result = await impatient.render(
      {
        ...base,
        generationType: 'video',
        source: fixturePath('wide.mp4'),
        alphaMode: 'auto',
        prompt: 'forest',
        outputDirectory: createFolder(),
      },
      quiet,
    );
    await impatient.close();
    expect(result).toEqual(failWith('TIMED_OUT', expect.stringContaining('longer than 1 seconds')));
  });

  test('a job that exceeds its memory limit is ended, and the next one runs', async () => {
    const small = createCompositor({ workers: 1, memoryMegabytes: 60 });
    const result = await small.render(
      {
        ...base,
        source: fixturePath('cat.png'),
        alphaMode: 'auto',
        prompt: 'forest',
        outputDirectory: createFolder(),
      },
      quiet,
    );
    await small.close();
    expect(result).toEqual(
      failWith('WORKER_TERMINATED', expect.stringContaining('ended before the job was done')),
    );
  });
});
