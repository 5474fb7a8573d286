import type { Job } from '@restage/contract';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoors } from '../testing/suite/index.ts';
import { put } from './footage.ts';
import { correlation, type Image, meanColour, readImage, region } from './pixels.ts';
import { firstFrames, videoFacts } from './video.ts';

/** Files to restage. */
export interface Material {
  /** 512×512; the subject stands somewhat left of the middle. */
  readonly portrait: Buffer<ArrayBuffer>;
  /** A scene whose colours differ from the portrait's. */
  readonly reference: Buffer<ArrayBuffer>;
  /** 451×300, with one clear subject. */
  readonly cat: Buffer<ArrayBuffer>;
  /** 1280×720 video. */
  readonly shot: Buffer<ArrayBuffer>;
  /** How many of its frames are rendered. */
  readonly frames: number;
}

const size = 512;

/** Restages pictures and a shot through each transport, with the real engine. */
export async function describeRestage(material: Material): Promise<void> {
  const world = await openDoors({ work: true });
  const owner = await world.account({ credits: 10_000 });
  const matte = await sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="black"/><ellipse cx="225" cy="300" rx="130" ry="250" fill="white"/></svg>`,
    ),
  )
    .png()
    .toBuffer();

  /** Starts a job and waits for its end, as a client without the SDK's help would. */
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

  describe.each(world.doors)('through the $name', (door) => {
    test('a portrait with a matte and a reference is cut out, relit and set into the reference', async () => {
      const source_uri = await put(door, owner.key, 'portrait.png', material.portrait);
      const alpha_uri = await put(door, owner.key, 'matte.png', matte);
      const reference_image_uri = await put(door, owner.key, 'reference.png', material.reference);
      const job = await restage(door, {
        ...{ generation_type: 'image', alpha_mode: 'custom', source_uri, alpha_uri, reference_image_uri },
        seed: 7,
      });
      expect(job).toMatchObject({ seed: 7, generation_type: 'image', alpha_mode: 'custom' });
      await expectComposite(await images(job), material, matte);
    });
  });

  describe('of one transport', () => {
    let door: Door;
    beforeAll(() => {
      [door] = world.doors as [Door];
    });

    test('a cat is found and set into the scene that a prompt describes', async () => {
      const source_uri = await put(door, owner.key, 'cat.png', material.cat);
      const prompt = 'moonlit forest, cold blue light';
      const job = await restage(door, { generation_type: 'image', alpha_mode: 'auto', source_uri, prompt });
      const { render, source, alpha } = await images(job);
      for (const image of [render, source, alpha]) expect(image).toMatchObject({ width: 451, height: 300 });
      const shares = [...alpha.pixels].filter((_, index) => index % 3 === 0);
      expect(shares.filter((value) => value > 200).length / shares.length).toBeGreaterThan(0.05);
      expect(shares.filter((value) => value < 55).length / shares.length).toBeGreaterThan(0.05);
      // Night: the picture as a whole is bluer than it was.
      const [redBefore = 0, , blueBefore = 0] = meanColour(source);
      const [redAfter = 0, , blueAfter = 0] = meanColour(render);
      expect(blueAfter - redAfter).toBeGreaterThan(blueBefore - redBefore);
    });

    test('a shot comes back as a shot, with as many frames and as long', async () => {
      const shot = await firstFrames(material.shot, material.frames);
      const source_uri = await put(door, owner.key, 'shot.mp4', shot);
      const job = await restage(door, {
        ...{ generation_type: 'video', alpha_mode: 'auto', max_resolution: 720, source_uri },
        prompt: 'sunset over the sea',
      });
      expect(job).toMatchObject({ status: 'completed', error: null });
      const before = await videoFacts(shot);
      expect(before.frames).toBe(material.frames);
      for (const url of [job.output?.render, job.output?.source, job.output?.alpha]) {
        const after = await videoFacts(await download(url));
        expect(after).toMatchObject({ frames: material.frames, width: 1280, height: 720, codec: 'avc' });
        expect(after.seconds).toBeCloseTo(before.seconds, 2);
      }
    }, 180_000);
  });
}

type Outputs = Readonly<Record<'render' | 'source' | 'alpha', Image>>;

async function expectComposite(
  { render, source, alpha }: Outputs,
  { portrait, reference }: Material,
  matte: Buffer,
): Promise<void> {
  for (const image of [render, source, alpha]) expect(image).toMatchObject({ width: size, height: size });
  // The source is the source, and the matte that was used is the one that was sent.
  expect(correlation(source, await readImage(portrait))).toBeGreaterThan(0.999);
  expect(correlation(alpha, await readImage(matte))).toBeGreaterThan(0.999);

  // Where the matte is black, the reference stands; it may be out of focus, so areas are compared.
  const plate = await readImage(await sharp(reference).resize(size, size, { fit: 'cover' }).png().toBuffer());
  for (const [left, top] of [
    [400, 20],
    [420, 420],
    [10, 10],
  ] as const) {
    const box = { left, top, width: 60, height: 60 };
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
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

async function images(job: Job): Promise<Outputs> {
  expect(job).toMatchObject({ status: 'completed', progress: 100, error: null });
  const read = async (url: string | undefined) => readImage(await download(url));
  const { output } = job;
  const [render, source, alpha] = await Promise.all([
    read(output?.render),
    read(output?.source),
    read(output?.alpha),
  ]);
  return { render, source, alpha };
}

/** The bytes of an output. */
export async function download(url: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url ?? '');
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}
