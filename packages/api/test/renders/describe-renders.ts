import type { Job } from '@restage/contract';
import { openTransports, type Transport } from '@restage/testing/support';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { upload } from '../support/uploads.ts';
import { computeCorrelation, computeMeanColour, crop, type Image, readImage } from './pixels.ts';
import { readVideoInfo, trimVideo } from './video.ts';

/** The files that the tests render. */
export interface Material {
  /** 512×512, with the subject left of the centre. */
  readonly portrait: Buffer<ArrayBuffer>;
  /** A scene whose colours differ from the portrait's. */
  readonly reference: Buffer<ArrayBuffer>;
  /** 451×300, with one clear subject. */
  readonly cat: Buffer<ArrayBuffer>;
  /** 1280×720 video. */
  readonly shot: Buffer<ArrayBuffer>;
  /** The number of frames to render. */
  readonly frames: number;
}

const size = 512;

/** Declares tests that render images and a video through the transports, with the real engine. */
export async function describeRestage(material: Material): Promise<void> {
  const server = await openTransports({ work: true });
  const owner = await server.account({ credits: 10_000 });
  const matte = await sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="black"/><ellipse cx="225" cy="300" rx="130" ry="250" fill="white"/></svg>`,
    ),
  )
    .png()
    .toBuffer();

  /** Starts a job and polls until it has ended, as a client without the SDK does. */
  async function runJob(transport: Transport, input: object): Promise<Job> {
    const started = await transport.call('generations.start', input, owner.key);
    if (!started.ok) throw new Error(`${started.code}: ${started.message}`);
    expect(started.output).toMatchObject({ status: 'in_queue', progress: 0, output: null, error: null });
    for (;;) {
      const got = await transport.call('generations.get', { id: started.output.id }, owner.key);
      if (!got.ok) throw new Error(got.code);
      if (!['in_queue', 'processing'].includes(got.output.status)) return got.output;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  describe.each(server.transports)('through the $name', (transport) => {
    test('a portrait with a matte and a reference image is relit and composited into the reference', async () => {
      const source_uri = await upload(transport, owner.key, 'portrait.png', material.portrait);
      const alpha_uri = await upload(transport, owner.key, 'matte.png', matte);
      const reference_image_uri = await upload(transport, owner.key, 'reference.png', material.reference);
      const job = await runJob(transport, {
        ...{ generation_type: 'image', alpha_mode: 'custom', source_uri, alpha_uri, reference_image_uri },
        seed: 7,
      });
      expect(job).toMatchObject({ seed: 7, generation_type: 'image', alpha_mode: 'custom' });
      await expectComposite(await readOutputs(job), material, matte);
    });
  });

  describe('through one transport', () => {
    let transport: Transport;
    beforeAll(() => {
      [transport] = server.transports;
    });

    test('an image with an automatic matte is composited into the scene of the prompt', async () => {
      const source_uri = await upload(transport, owner.key, 'cat.png', material.cat);
      const prompt = 'moonlit forest, cold blue light';
      const job = await runJob(transport, {
        generation_type: 'image',
        alpha_mode: 'auto',
        source_uri,
        prompt,
      });
      const { render, source, alpha } = await readOutputs(job);
      for (const image of [render, source, alpha]) expect(image).toMatchObject({ width: 451, height: 300 });
      const shares = [...alpha.pixels].filter((_, index) => index % 3 === 0);
      expect(shares.filter((value) => value > 200).length / shares.length).toBeGreaterThan(0.05);
      expect(shares.filter((value) => value < 55).length / shares.length).toBeGreaterThan(0.05);
      // The scene is at night, so the render is bluer than the source.
      const [redBefore = 0, , blueBefore = 0] = computeMeanColour(source);
      const [redAfter = 0, , blueAfter = 0] = computeMeanColour(render);
      expect(blueAfter - redAfter).toBeGreaterThan(blueBefore - redBefore);
    });

    test('the matte of one frame is carried through a video, and the details name the frame', async () => {
      const shot = await trimVideo(material.shot, material.frames);
      const job = await runJob(transport, {
        ...{ generation_type: 'video', alpha_mode: 'select', max_resolution: 720, alpha_keyframe_index: 2 },
        source_uri: await upload(transport, owner.key, 'shot.mp4', shot),
        alpha_uri: await upload(transport, owner.key, 'matte.png', matte),
        prompt: 'sunset over the sea',
      });
      expect(job).toMatchObject({ status: 'completed', error: null, alpha_mode: 'select' });
      const details = await transport.call('generations.details', { id: job.id }, owner.key);
      expect(details).toMatchObject({ ok: true, output: { alpha_keyframe_index: 2 } });
      for (const url of [job.output?.render, job.output?.source, job.output?.alpha])
        expect(await readVideoInfo(await download(url))).toMatchObject({
          frames: material.frames,
          width: 1280,
          height: 720,
        });
    }, 180_000);

    test('a video has outputs with the same number of frames and the same duration', async () => {
      const shot = await trimVideo(material.shot, material.frames);
      const source_uri = await upload(transport, owner.key, 'shot.mp4', shot);
      const job = await runJob(transport, {
        ...{ generation_type: 'video', alpha_mode: 'auto', max_resolution: 720, source_uri },
        prompt: 'sunset over the sea',
      });
      expect(job).toMatchObject({ status: 'completed', error: null });
      const before = await readVideoInfo(shot);
      expect(before.frames).toBe(material.frames);
      for (const url of [job.output?.render, job.output?.source, job.output?.alpha]) {
        const after = await readVideoInfo(await download(url));
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
  // The source output is the source, and the alpha output is the matte of the request.
  expect(computeCorrelation(source, await readImage(portrait))).toBeGreaterThan(0.999);
  expect(computeCorrelation(alpha, await readImage(matte))).toBeGreaterThan(0.999);

  // Where the matte is black, the render shows the reference, which may be blurred, so areas are compared.
  const plate = await readImage(await sharp(reference).resize(size, size, { fit: 'cover' }).png().toBuffer());
  for (const [left, top] of [
    [400, 20],
    [420, 420],
    [10, 10],
  ] as const) {
    const box = { left, top, width: 60, height: 60 };
    const rendered = computeMeanColour(crop(render, box));
    expect(distance(rendered, computeMeanColour(crop(plate, box)))).toBeLessThan(
      distance(rendered, computeMeanColour(crop(source, box))),
    );
  }

  // Where it is white, the subject keeps its structure, and its colours are closer to the reference's.
  const face = { left: 170, top: 90, width: 110, height: 330 };
  const before = crop(source, face);
  const after = crop(render, face);
  expect(computeCorrelation(after, before)).toBeGreaterThan(0.9);
  const target = computeMeanColour(plate);
  expect(distance(computeMeanColour(after), target)).toBeLessThan(
    0.9 * distance(computeMeanColour(before), target),
  );
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

async function readOutputs(job: Job): Promise<Outputs> {
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

/** Downloads an output. */
export async function download(url: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url ?? '');
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}
