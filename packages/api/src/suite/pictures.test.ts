import type { Job } from '@restage/contract';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Door, openDoors } from '../testing/suite/index.ts';
import { footage, put } from './footage.ts';
import { correlation, type Image, meanColour, readImage, region } from './pixels.ts';
import { firstFrames, videoFacts } from './video.ts';

const world = await openDoors({ work: true });
const owner = await world.account({ credits: 10_000 });

const size = 512;
const matte = await sharp(
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="black"/><ellipse cx="225" cy="300" rx="130" ry="250" fill="white"/></svg>`,
  ),
)
  .png()
  .toBuffer();
const reference = await footage('coffee.png');

/** Starts a job through a door and waits for its end, as a client without the SDK's help would. */
async function restage(door: Door, sent: object): Promise<Job> {
  const started = await door.call('generations.start', sent, owner.key);
  if (!started.ok) throw new Error(`${started.code}: ${started.message}`);
  expect(started.output).toMatchObject({ status: 'in_queue', progress: 0, output: null, error: null });
  for (;;) {
    const got = await door.call('generations.get', { id: started.output.id }, owner.key);
    if (!got.ok) throw new Error(got.code);
    if (!['in_queue', 'processing'].includes(got.output.status)) return got.output;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function download(url: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url ?? '');
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

async function images(job: Job): Promise<{ render: Image; source: Image; alpha: Image }> {
  expect(job).toMatchObject({ status: 'completed', progress: 100, error: null });
  const [render, source, alpha] = await Promise.all(
    [job.output?.render, job.output?.source, job.output?.alpha].map(async (url) =>
      readImage(await download(url)),
    ),
  );
  if (!render || !source || !alpha) throw new Error('an output is missing');
  return { render, source, alpha };
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

describe.each(world.doors)('through the $name', (door) => {
  test('a portrait with a matte and a reference is cut out, relit and set into the reference', async () => {
    const source_uri = await put(door, owner.key, 'portrait.png', await footage('astronaut.png'));
    const alpha_uri = await put(door, owner.key, 'matte.png', matte);
    const reference_image_uri = await put(door, owner.key, 'coffee.png', reference);
    const job = await restage(door, {
      generation_type: 'image',
      alpha_mode: 'custom',
      source_uri,
      alpha_uri,
      reference_image_uri,
      seed: 7,
    });
    expect(job).toMatchObject({ seed: 7, generation_type: 'image', alpha_mode: 'custom' });
    const { render, source, alpha } = await images(job);
    for (const image of [render, source, alpha]) expect(image).toMatchObject({ width: size, height: size });

    // The source is the source, and the matte that was used is the one that was sent.
    const original = await readImage(await footage('astronaut.png'));
    expect(correlation(source, original)).toBeGreaterThan(0.999);
    expect(correlation(alpha, await readImage(matte))).toBeGreaterThan(0.999);

    // Where the matte is black, the reference stands; it may be out of focus, so areas are compared.
    const plate = await readImage(
      await sharp(reference).resize(size, size, { fit: 'cover' }).png().toBuffer(),
    );
    for (const corner of [
      [400, 20],
      [420, 420],
      [10, 10],
    ] as const) {
      const box = { left: corner[0], top: corner[1], width: 60, height: 60 };
      const shown = meanColour(region(render, box));
      expect(distance(shown, meanColour(region(plate, box)))).toBeLessThan(
        distance(shown, meanColour(region(source, box))),
      );
    }

    // Where it is white, the subject keeps its structure, and its colours have moved towards the reference's.
    const face = { left: 170, top: 90, width: 110, height: 330 };
    const before = region(source, face);
    const after = region(render, face);
    expect(correlation(after, before)).toBeGreaterThan(0.9);
    const target = meanColour(plate);
    expect(distance(meanColour(after), target)).toBeLessThan(0.9 * distance(meanColour(before), target));
  });

  test('a cat is found and set into the scene that a prompt describes', async () => {
    const source_uri = await put(door, owner.key, 'cat.png', await footage('chelsea.png'));
    const job = await restage(door, {
      generation_type: 'image',
      alpha_mode: 'auto',
      source_uri,
      prompt: 'moonlit forest, cold blue light',
    });
    const { render, source, alpha } = await images(job);
    for (const image of [render, source, alpha]) expect(image).toMatchObject({ width: 451, height: 300 });
    const shares = [...alpha.pixels].filter((_, index) => index % 3 === 0);
    expect(shares.filter((value) => value > 200).length / shares.length).toBeGreaterThan(0.05);
    expect(shares.filter((value) => value < 55).length / shares.length).toBeGreaterThan(0.05);
    // Night: the picture as a whole is darker and bluer than it was.
    const [redBefore = 0, , blueBefore = 0] = meanColour(source);
    const [redAfter = 0, , blueAfter = 0] = meanColour(render);
    expect(blueAfter - redAfter).toBeGreaterThan(blueBefore - redBefore);
  });

  test('a shot comes back as a shot, with as many frames and as long', async () => {
    const shot = await firstFrames(await footage('cockatoo.mp4'), 48);
    const source_uri = await put(door, owner.key, 'bird.mp4', shot);
    const job = await restage(door, {
      generation_type: 'video',
      alpha_mode: 'auto',
      max_resolution: 720,
      source_uri,
      prompt: 'sunset over the sea',
    });
    expect(job).toMatchObject({ status: 'completed', error: null });
    const before = await videoFacts(shot);
    expect(before.frames).toBe(48);
    for (const url of [job.output?.render, job.output?.source, job.output?.alpha]) {
      const after = await videoFacts(await download(url));
      expect(after).toMatchObject({ frames: 48, width: 1280, height: 720, codec: 'avc' });
      expect(after.seconds).toBeCloseTo(before.seconds, 2);
    }
  }, 180_000);
});

test('the signed URLs of a job serve ranges, and nothing once altered or expired', async () => {
  const [door] = world.doors;
  if (!door) throw new Error('no doors');
  const source_uri = await put(door, owner.key, 'cat.png', await footage('chelsea.png'));
  const job = await restage(door, {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri,
    prompt: 'noon',
  });
  const url = job.output?.render ?? '';
  const whole = await download(url);
  const part = await fetch(url, { headers: { range: 'bytes=5-9' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-9/${whole.byteLength}`]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(5, 10));
  const beyond = await fetch(url, { headers: { range: `bytes=${whole.byteLength}-` } });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.byteLength}`]);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.byteLength)]);
  const same = await fetch(url, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
  expect(same.status).toBe(304);

  const altered = await fetch(url.replace('render.png', 'source.png'));
  expect([altered.status, await altered.json()]).toMatchObject([
    403,
    { error: { code: 'INVALID_SIGNATURE' } },
  ]);
  world.clock.offset = 73 * 3_600_000;
  const late = await fetch(url);
  world.clock.offset = 0;
  expect([late.status, await late.json()]).toMatchObject([403, { error: { code: 'INVALID_SIGNATURE' } }]);
});
