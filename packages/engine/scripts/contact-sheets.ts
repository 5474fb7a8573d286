/**
 * Renders the contact sheets of docs/engine.md into docs/images/, from the samples and from the real footage
 * that stands beside the project. Run: node packages/engine/scripts/contact-sheets.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { RenderRequest } from '../src/engine.ts';
import { renderImage } from '../src/image/render.ts';

const media = (name: string) => fileURLToPath(new URL(`../../../../shared/media/${name}`, import.meta.url));
const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
const target = (name: string) => fileURLToPath(new URL(`../../../docs/images/${name}`, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'restage-sheets-'));
const [width, height] = [480, 270];
let runs = 0;

type Job = Pick<RenderRequest, 'source' | 'alphaMode'> & Partial<RenderRequest>;

/** A job's three pictures. */
async function render(job: Job): Promise<readonly [source: string, alpha: string, render: string]> {
  const outputDirectory = join(scratch, String(runs++));
  mkdirSync(outputDirectory);
  const result = await renderImage(
    { generationType: 'image', seed: 5, maxResolution: 720, outputDirectory, ...job },
    () => {},
  );
  if (result.kind === 'failed') throw new Error(result.message);
  return [result.source, result.alpha, result.render];
}

async function sheet(name: string, columns: number, pictures: readonly string[]): Promise<void> {
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

mkdirSync(target(''), { recursive: true });
const made: string[] = [];
for (const prompt of scenes) made.push((await render({ ...robot, prompt }))[2]);
await sheet('scenes.jpg', 3, made);
await sheet('custom.jpg', 3, await render({ ...robot, reference: sample('reference.jpg') }));
const found: string[] = [];
for (const [source, prompt] of [
  [media('astronaut.png'), 'sunset over the sea'],
  [media('chelsea.png'), 'cosy café at night'],
  [media('coffee.png'), 'beach at dawn'],
  [sample('subject.jpg'), 'meadow in the morning'],
] as const) {
  found.push(...(await render({ source, alphaMode: 'auto', prompt })));
}
await sheet('auto.jpg', 3, found);
const filled: string[] = [];
for (const [source, style] of [
  [media('chelsea.png'), { prompt: 'blue hour, dramatic' }],
  [media('rocket.jpg'), { prompt: 'golden hour' }],
  [media('coffee.png'), { reference: sample('reference.jpg') }],
] as const) {
  const [before, , after] = await render({ source, alphaMode: 'fill', ...style });
  filled.push(before, after);
}
await sheet('fill.jpg', 2, filled);
rmSync(scratch, { recursive: true, force: true });
