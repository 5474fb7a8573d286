/**
 * The engine against the ffmpeg program with the same graph on the same files, in one run. Draws its own material.
 * Needs `ffmpeg` on the PATH, and u2netp in the folder that RESTAGE_MODELS names, for the automatic matte with a network.
 * Run: RESTAGE_MODELS=… node bench/engine.ts
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelPath } from '../fixtures/footage.ts';
import { limits } from '../packages/contract/src/limits.ts';
import { drawDisc, drawShot, drawStill, imageFloor } from '../packages/engine/scripts/bench-material.ts';
import type { BenchResult, BenchTask } from '../packages/engine/scripts/bench-worker.ts';
import { referenceGraph, referenceVersion } from '../packages/engine/scripts/reference-graph.ts';
import type { RenderRequest } from '../packages/engine/src/engine.ts';
import { type Figure, reportFigures } from './tools/report.ts';

const folder = mkdtempSync(join(tmpdir(), 'restage-bench-'));
const frames = 96;
const rounds = 2;

type Job = Omit<RenderRequest, 'outputDirectory' | 'seed' | 'maxResolution'> & Pick<BenchTask, 'model'>;

const model = { path: modelPath('u2netp.onnx'), input: 'imagenet', output: 'alpha' } as const;

function startWorker(): ChildProcess {
  return fork(fileURLToPath(new URL('../packages/engine/scripts/bench-worker.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
}

let runs = 0;
async function renderIn(worker: ChildProcess, { model, ...job }: Job): Promise<BenchResult> {
  const outputDirectory = join(folder, `out-${runs++}`);
  mkdirSync(outputDirectory);
  const request = { ...job, seed: 1, maxResolution: 1080, outputDirectory } as const;
  worker.send({ request, ...(model && { model }) } satisfies BenchTask);
  const [result] = await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => Promise.reject(new Error('the render failed'))),
  ]);
  return result;
}

/** The most memory that a render process held, in megabytes, without and with a network. */
const peak = { plain: 0, network: 0 };

async function measureSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/**
 * The best round of each job and of the reference, measured in turns so that all share the machine's load. One fresh
 * worker renders all rounds of a job.
 */
async function compare(jobs: readonly Job[], reference: () => Promise<unknown>) {
  const best = jobs.map((job) => ({ job, worker: startWorker(), seconds: Number.POSITIVE_INFINITY }));
  let referenceSeconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    for (const one of best) {
      const result = await renderIn(one.worker, one.job);
      one.seconds = Math.min(one.seconds, result.seconds);
      const kind = one.job.model ? 'network' : 'plain';
      peak[kind] = Math.max(peak[kind], result.megabytes);
    }
    referenceSeconds = Math.min(referenceSeconds, await measureSeconds(reference));
  }
  for (const { worker } of best) worker.kill();
  return { times: best.map((one) => one.seconds), referenceSeconds };
}

function writeIdentityCube(path: string): void {
  const lines = ['LUT_3D_SIZE 33'];
  for (let b = 0; b < 33; b++)
    for (let g = 0; g < 33; g++) for (let r = 0; r < 33; r++) lines.push(`${r / 32} ${g / 32} ${b / 32}`);
  writeFileSync(path, lines.join('\n'));
}

try {
  console.log(`compared with ${await referenceVersion()}`);
  const cube = join(folder, 'grade.cube');
  writeIdentityCube(cube);
  const figures: Figure[] = [];
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ] as const) {
    const { source, alpha } = await drawShot(folder, width, height, frames);
    const plate = await drawStill(join(folder, 'plate.png'), width, height);
    const job = { generationType: 'video', source, reference: plate } as const;
    const output = join(folder, 'reference.mp4');
    const {
      times: [custom = 0, auto = 0, byNetwork = 0],
      referenceSeconds,
    } = await compare(
      [
        { ...job, alphaMode: 'custom', alpha },
        { ...job, alphaMode: 'auto' },
        { ...job, alphaMode: 'auto', model },
      ],
      () => referenceGraph({ source, matte: alpha, plate, cube, output }),
    );
    const formatRate = (time: number) => `${(frames / time).toFixed(1)} frames/s`;
    console.log(
      `${height}p: custom matte ${formatRate(custom)}, automatic matte ${formatRate(auto)}, by a network ${formatRate(byNetwork)}, ffmpeg ${formatRate(referenceSeconds)}`,
    );
    figures.push(
      {
        name: `${height}p video, custom matte, relative to ffmpeg's rate`,
        value: referenceSeconds / custom,
        bound: { atLeast: 0.95 },
      },
      {
        name: `${height}p video, automatic matte, relative to ffmpeg's rate`,
        value: referenceSeconds / auto,
        bound: { atLeast: 0.35 },
      },
    );
  }
  // Carrying a matte holds something of every frame: this is the longest shot.
  const { source: longest } = await drawShot(folder, 1920, 1080, limits.videoFrames);
  const worker = startWorker();
  const { seconds, megabytes } = await renderIn(worker, {
    generationType: 'video',
    source: longest,
    reference: join(folder, 'plate.png'),
    alphaMode: 'select',
    alpha: await drawDisc(join(folder, 'keyframe.png'), 1920, 1080),
  });
  worker.kill();
  const rate = limits.videoFrames / seconds;
  console.log(`1080p, ${limits.videoFrames} frames, matte carried from one: ${rate.toFixed(1)} frames/s`);

  const source = await drawStill(join(folder, 'large.png'), 2000, 1350);
  const alpha = await drawDisc(join(folder, 'large-matte.png'), 2000, 1350);
  const reference = await drawStill(join(folder, 'reference.png'), 1920, 1080);
  const {
    times: [image = 0, auto = 0, byNetwork = 0],
    referenceSeconds: floor,
  } = await compare(
    [
      { generationType: 'image', alphaMode: 'custom', source, alpha, reference },
      { generationType: 'image', alphaMode: 'auto', source, reference },
      { generationType: 'image', alphaMode: 'auto', source, reference, model },
    ],
    () => imageFloor(source, join(folder, 'floor.png')),
  );
  const formatSeconds = (seconds: number) => `${seconds.toFixed(2)} s`;
  console.log(
    `2.7 megapixels: custom matte ${formatSeconds(image)}, automatic matte ${formatSeconds(auto)}, by a network ${formatSeconds(byNetwork)}; decoding and encoding alone ${formatSeconds(floor)}`,
  );
  figures.push(
    {
      name: 'image of 2.7 megapixels, relative to decoding and encoding it',
      value: image / floor,
      bound: { atMost: 2.5 },
    },
    {
      name: 'peak memory of the render process',
      value: peak.plain,
      bound: { atMost: 1024 },
      unit: ' MB',
    },
    {
      name: 'peak memory of the render process, with u2netp',
      value: peak.network,
      bound: { atMost: 1536 },
      unit: ' MB',
    },
    {
      name: 'peak memory of the render process, carrying a matte through the longest shot',
      value: megabytes,
      bound: { atMost: 1024 },
      unit: ' MB',
    },
  );
  reportFigures(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
