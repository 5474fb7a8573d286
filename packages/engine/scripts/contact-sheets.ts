/**
 * Renders the contact sheets of docs/engine.md into docs/images/, from the samples, from the real footage in the folder
 * that RESTAGE_FOOTAGE names, and with u2netp in the folder that RESTAGE_MODELS names.
 * Run: node packages/engine/scripts/contact-sheets.ts [scenes|custom|auto|fill|cockatoo …]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFailure } from '@restage/errors';
import { footagePath } from '@restage/fixtures/footage';
import { readTrace } from '@restage/fixtures/traced';
import { createNetworkFinder, type MatteNetwork } from '@restage/matting';
import { openU2netp } from '@restage/matting/testing';
import { linearSteps, linearToByte, mix, smoothstep, viewPlanes } from '@restage/pixels';
import sharp from 'sharp';
import type { RenderRequest } from '../src/engine.ts';
import { renderImage } from '../src/image/render.ts';
import { decodeFrames } from '../src/video/decode/decode.ts';
import { openVideo } from '../src/video/decode/open.ts';
import { renderVideo } from '../src/video/render.ts';
import { cutVideo } from '../test/support/cut-video.ts';
import { drawOutline } from './outlines.ts';

const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
const target = (name: string) => fileURLToPath(new URL(`../../../docs/images/${name}`, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'restage-sheets-'));
const frames = 120;
let runs = 0;
/** Where the cockatoo is at five moments, by eye: x, y and radii, as shares of the frame. */
const keys = [
  [0.47, 0.48, 0.13, 0.5],
  [0.5, 0.55, 0.17, 0.6],
  [0.72, 0.5, 0.34, 0.8],
  [0.56, 0.5, 0.42, 0.95],
  [0.5, 0.5, 0.56, 0.9],
] as const;

type Job = Pick<RenderRequest, 'source' | 'alphaMode'> & Partial<RenderRequest>;

/** A job's three pictures. */
async function render(
  job: Job,
  network?: MatteNetwork,
): Promise<readonly [source: string, alpha: string, render: string]> {
  const outputDirectory = join(scratch, String(runs++));
  mkdirSync(outputDirectory);
  const result = await renderImage(
    { generationType: 'image', seed: 5, maxResolution: 720, outputDirectory, ...job },
    () => {},
    network && createNetworkFinder(network),
  );
  if (isFailure(result)) throw new Error(result.message);
  return [result.source, result.alpha, result.render];
}

async function sheet(
  name: string,
  columns: number,
  pictures: readonly string[],
  [width, height]: readonly [number, number] = [480, 270],
): Promise<void> {
  const tiles = await Promise.all(
    pictures.map(async (picture, n) => ({
      input: await sharp(picture)
        .resize(width, height, { fit: 'contain', background: '#101216' })
        .toColourspace('srgb')
        .png()
        .toBuffer(),
      left: (n % columns) * width,
      top: Math.floor(n / columns) * height,
    })),
  );
  await sharp({
    create: {
      width: columns * width,
      height: Math.ceil(pictures.length / columns) * height,
      channels: 3,
      background: '#101216',
    },
  })
    .composite(tiles)
    .jpeg({ quality: 82 })
    .toFile(target(name));
}

const robot = { source: sample('subject.jpg'), alphaMode: 'custom', alpha: sample('matte.png') } as const;
const scenes = [
  'sunset over the sea',
  'neon alley, cinematic',
  'desert at golden hour',
  'forest, backlit',
  'studio, pink backdrop',
  'city at night in the rain',
  'underwater',
  'northern lights over mountains at night',
  'fire, dramatic',
];

/** The sheets by name. */
const sheets: Readonly<Record<string, () => Promise<void>>> = {
  async scenes() {
    const made: string[] = [];
    for (const prompt of scenes) made.push((await render({ ...robot, prompt }))[2]);
    await sheet('scenes.jpg', 3, made);
  },
  async custom() {
    const made = [...(await render({ ...robot, reference: sample('reference.jpg') }))];
    for (const [name, prompt] of [
      ['astronaut', 'sunset over the sea'],
      ['chelsea', 'cosy café at night'],
      ['coffee', 'beach at dawn'],
    ] as const) {
      const alpha = await drawOutline(name, join(scratch, `${name}.png`));
      made.push(
        ...(await render({ source: footagePath(`${name}.png`), alphaMode: 'custom', alpha, prompt })),
      );
    }
    await sheet('custom.jpg', 3, made);
  },
  async auto() {
    const network = await openU2netp();
    const found: string[] = [];
    for (const [source, prompt] of [
      [footagePath('astronaut.png'), 'sunset over the sea'],
      [footagePath('chelsea.png'), 'cosy café at night'],
      [footagePath('coffee.png'), 'beach at dawn'],
      [sample('subject.jpg'), 'meadow in the morning'],
    ] as const) {
      const [, classical] = await render({ source, alphaMode: 'auto', prompt });
      const [picture, alpha, made] = await render({ source, alphaMode: 'auto', prompt }, network);
      found.push(picture, classical, alpha, made);
    }
    await sheet('auto.jpg', 4, found);
  },
  async fill() {
    const filled: string[] = [];
    for (const [source, style] of [
      [footagePath('astronaut.png'), { prompt: 'neon alley, cinematic' }],
      [footagePath('chelsea.png'), { prompt: 'blue hour, dramatic' }],
      [footagePath('rocket.jpg'), { prompt: 'golden hour' }],
      [footagePath('coffee.png'), { reference: sample('reference.jpg') }],
    ] as const) {
      const [before, , after] = await render({ source, alphaMode: 'fill', ...style });
      filled.push(before, after);
    }
    await sheet('fill.jpg', 2, filled);
  },
  cockatoo,
};

mkdirSync(target(''), { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(sheets))
  if (wanted.length === 0 || wanted.includes(name)) await make();
rmSync(scratch, { recursive: true, force: true });

/**
 * 120 frames of real footage, five moments of them a row: source; the alpha of auto; alpha and render by auto with a
 * network, by custom and by select; fill.
 */
async function cockatoo(): Promise<void> {
  const source = join(scratch, 'cockatoo.mp4');
  await cutVideo(footagePath('cockatoo.mp4'), source, frames);
  const network = await openU2netp();
  const render = async (
    style: Pick<RenderRequest, 'alphaMode'> & Partial<RenderRequest>,
    finder?: MatteNetwork,
  ) => {
    const outputDirectory = join(scratch, String(runs++));
    mkdirSync(outputDirectory);
    const result = await renderVideo(
      { generationType: 'video', source, seed: 5, maxResolution: 720, outputDirectory, ...style },
      () => {},
      finder,
    );
    if (isFailure(result)) throw new Error(result.message);
    return result;
  };
  const classical = await render({ alphaMode: 'auto', prompt: 'beach at dawn' });
  const found = await render({ alphaMode: 'auto', prompt: 'beach at dawn' }, network);
  const alpha = join(scratch, 'cockatoo-matte.mp4');
  await cutVideo(footagePath('cockatoo.mp4'), alpha, frames, ellipse);
  const given = await render({ alphaMode: 'custom', alpha, prompt: 'forest, backlit' });
  const { width, height, matte } = await readTrace('cockatoo-0');
  const traced = join(scratch, 'cockatoo-0.png');
  await sharp(matte, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(traced);
  const selected = await render({ alphaMode: 'select', alpha: traced, prompt: 'beach at dawn' });
  const filled = await render({ alphaMode: 'fill', prompt: 'blue hour, dramatic' });
  const rows = [
    ...[found.source, classical.alpha, found.alpha, found.render, given.alpha, given.render],
    ...[selected.alpha, selected.render, filled.render],
  ];
  const pictures: string[] = [];
  for (const row of rows) pictures.push(...(await moments(row)));
  await sheet('cockatoo.jpg', 5, pictures, [256, 144]);
}

/** A rough matte of the cockatoo: an ellipse between its keys. */
function ellipse(frame: number, x: number, y: number): number {
  const at = (frame / frames) * (keys.length - 1);
  const [from, to] = [keys[Math.floor(at)] ?? keys[0], keys[Math.ceil(at)] ?? keys[4]];
  const key = (n: 0 | 1 | 2 | 3) => mix(from[n], to[n], at % 1);
  const distance = Math.hypot((x - key(0)) / key(2), (y - key(1)) / key(3));
  return Math.round(255 * smoothstep(1.06, 0.94, distance));
}

/** Five frames of a video, evenly over its length, as PNG files. */
async function moments(path: string): Promise<string[]> {
  const input = await openVideo(path, 'moments');
  if (isFailure(input)) throw new Error(input.message);
  const files: string[] = [];
  let frame = 0;
  for await (const { data } of decodeFrames(input, input, 'colour')) {
    if (frame++ % Math.floor((frames - 1) / 4) !== 0) continue;
    const view = viewPlanes({ width: input.width, height: input.height, data });
    const rgb = new Uint8Array(input.width * input.height * 3);
    const pixel = new Float32Array(3);
    for (let p = 0; p < rgb.length / 3; p++) {
      view.linear(p % input.width, Math.floor(p / input.width), pixel);
      for (let c = 0; c < 3; c++)
        rgb[p * 3 + c] = linearToByte[Math.round((pixel[c] ?? 0) * linearSteps)] ?? 0;
    }
    const file = join(scratch, `${runs++}.png`);
    await sharp(rgb, { raw: { width: input.width, height: input.height, channels: 3 } })
      .png()
      .toFile(file);
    files.push(file);
  }
  await input.context.closeInput();
  return files.slice(0, 5);
}
