/**
 * A still with a prompt against the same still with a reference image, in one run: each place, by itself and in a storm
 * by night, which paints the most layers. Draws its own material. Run: node bench/scenes.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawDisc, drawStill } from '../packages/engine/scripts/bench-material.ts';
import { render } from '../packages/engine/src/render.ts';
import { type Figure, median, reportFigures } from './tools/report.ts';

const places = [
  ...['studio', 'beach', 'sea', 'desert', 'mountains', 'forest', 'meadow', 'tundra'],
  ...['city', 'neon', 'room', 'stage', 'fire', 'space', 'underwater', 'sky'],
];
const weathers = ['sunset', 'night, storm'];
const rounds = 6;

const folder = mkdtempSync(join(tmpdir(), 'restage-bench-'));
try {
  const [width, height] = [1280, 720];
  const source = await drawStill(join(folder, 'source.png'), width, height);
  const alpha = await drawDisc(join(folder, 'matte.png'), width, height);
  const reference = await drawStill(join(folder, 'reference.png'), 1920, 1080);

  let runs = 0;
  const measureRender = async (scene: { reference: string } | { prompt: string }, watermark = false) => {
    const outputDirectory = join(folder, `out-${runs++}`);
    mkdirSync(outputDirectory);
    const job = { generationType: 'image', alphaMode: 'custom', maxResolution: 1080, seed: 7 } as const;
    const start = performance.now();
    const result = await render({ ...job, ...scene, source, alpha, outputDirectory, watermark }, () => {});
    if ('code' in result) throw new Error(result.message);
    const seconds = (performance.now() - start) / 1000;
    rmSync(outputDirectory, { recursive: true });
    return seconds;
  };

  const figures: Figure[] = [];
  for (const weather of weathers) {
    for (const place of places) {
      const prompt = `${place}, ${weather}`;
      const [references, prompts]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        references.push(await measureRender({ reference }));
        prompts.push(await measureRender({ prompt }));
      }
      const name = `still with the prompt "${prompt}", relative to a reference image`;
      figures.push({ name, value: median(prompts) / median(references), bound: { atMost: 2 } });
    }
  }
  const proofs: number[] = [];
  for (let round = 0; round < rounds; round++) proofs.push(await measureRender({ prompt: 'studio' }, true));
  figures.push({
    name: 'proof of a test key, in a studio',
    value: median(proofs),
    bound: { atMost: 0.3 },
    unit: ' s',
  });
  reportFigures(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
