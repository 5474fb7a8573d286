/**
 * The engine against the same work done by FFmpeg's own filters, on the same files, in one run. Draws its own
 * material. Run: node bench/engine.ts
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawShot, drawStill, imageFloor } from '../packages/engine/scripts/bench-material.ts';
import { referenceGraph } from '../packages/engine/scripts/reference-graph.ts';
import type { RenderRequest } from '../packages/engine/src/engine.ts';
import { render } from '../packages/engine/src/render.ts';

const folder = mkdtempSync(join(tmpdir(), 'restage-bench-'));
const frames = 96;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The better of two runs of each, taken in turns, so that neither has the quieter machine. */
async function compare(
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<readonly [number, number]> {
  const times: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 2; round++) {
    times[0] = Math.min(times[0], await seconds(ours));
    times[1] = Math.min(times[1], await seconds(theirs));
  }
  return times;
}

let runs = 0;
async function run(
  request: Omit<RenderRequest, 'outputDirectory' | 'seed' | 'maxResolution'>,
): Promise<void> {
  const outputDirectory = join(folder, `out-${runs++}`);
  mkdirSync(outputDirectory);
  const result = await render({ ...request, seed: 1, maxResolution: 1080, outputDirectory }, () => {});
  if (result.kind === 'failed') throw new Error(result.message);
}

function identityCube(path: string): void {
  const lines = ['LUT_3D_SIZE 33'];
  for (let b = 0; b < 33; b++)
    for (let g = 0; g < 33; g++) for (let r = 0; r < 33; r++) lines.push(`${r / 32} ${g / 32} ${b / 32}`);
  writeFileSync(path, lines.join('\n'));
}

try {
  const cube = join(folder, 'grade.cube');
  identityCube(cube);
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ] as const) {
    const { source, alpha } = await drawShot(folder, width, height, frames);
    const reference = await drawStill(join(folder, 'plate.png'), width, height);
    const job = { generationType: 'video', source, reference } as const;
    const [ours, theirs] = await compare(
      () => run({ ...job, alphaMode: 'custom', alpha }),
      () => referenceGraph(source, alpha, cube, join(folder, 'reference.mp4')),
    );
    const auto = await seconds(() => run({ ...job, alphaMode: 'auto' }));
    const rate = (time: number) => `${(frames / time).toFixed(1)} frames/s`;
    console.log(
      `${height}p, custom matte: ${rate(ours)} with three videos written; the graph, one video: ${rate(theirs)}; ratio ${(theirs / ours).toFixed(2)}`,
    );
    console.log(`${height}p, auto matte: ${rate(auto)}; ratio ${(theirs / auto).toFixed(2)}`);
  }
  const source = await drawStill(join(folder, 'large.png'), 1920, 1080);
  const alpha = await drawStill(join(folder, 'large-matte.png'), 1920, 1080);
  const [image, floor] = await compare(
    () => run({ generationType: 'image', alphaMode: 'custom', source, alpha, reference: source }),
    () => imageFloor(source, folder),
  );
  console.log(
    `image of 2.1 megapixels, custom matte: ${image.toFixed(2)} s; decoding and encoding alone: ${floor.toFixed(2)} s; ratio ${(image / floor).toFixed(2)}`,
  );
  console.log(`peak memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, both in one process`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
