/**
 * An image job from POST to completed, against its render alone: the README's first call on the bundled server, and the same
 * files through the engine, each after a warm-up. Run: node bench/job.ts
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCompositor, type RenderRequest } from '../packages/engine/src/index.ts';
import { isFailure } from '../packages/errors/src/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { getFirstKey, runProgram } from './tools/program.ts';
import { median, reportFigures } from './tools/report.ts';

const rounds = 7;
const toPath = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const source = toPath('samples/subject.jpg');
const alpha = toPath('samples/matte.png');
const prompt = 'golden hour on a beach';

const server = await bundle();
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
const program = await runProgram([server, 'serve'], {
  PORT: '0',
  RESTAGE_DATA_DIR: join(directory, 'data'),
  RESTAGE_FIRST_CREDITS: '1000000',
  LOG_LEVEL: 'error',
});
const engine = createCompositor({ workers: 1, workerScript: toPath('packages/engine/dist/worker.js') });
try {
  const headers = { 'x-api-key': getFirstKey(program), prefer: 'wait=60' };
  const body = JSON.stringify({
    generation_type: 'image',
    alpha_mode: 'custom',
    prompt,
    seed: 1,
    source_uri: `data:image/jpeg;base64,${(await readFile(source)).toString('base64')}`,
    alpha_uri: `data:image/png;base64,${(await readFile(alpha)).toString('base64')}`,
  });
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const job = await measureMs(() => runJob(headers, body));
    const render = await measureMs(() => renderAlone(join(directory, `render-${round}`)));
    // The first round warms up.
    if (round === 0) continue;
    console.log(`job ${job.toFixed(0)} ms, render alone ${render.toFixed(0)} ms`);
    ratios.push(job / render);
  }
  reportFigures([
    {
      name: 'image job from POST to completed, relative to its render alone',
      value: median(ratios),
      bound: { atMost: 1.5 },
    },
  ]);
} finally {
  await engine.close();
  await program.stop();
  await rm(directory, { recursive: true, force: true });
}

async function measureMs(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** Starts a job and waits until it is completed. */
async function runJob(headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  const url = `${program.url}/v1/switchx/generations`;
  const started = await fetch(url, { method: 'POST', headers, body });
  const { id } = (await started.json()) as { id: string };
  const job = (await (await fetch(`${url}/${id}`, { headers })).json()) as { status: string };
  if (job.status !== 'completed') throw new Error(`job ${id} is ${job.status}`);
}

async function renderAlone(outputDirectory: string): Promise<void> {
  await mkdir(outputDirectory);
  const request: RenderRequest = {
    generationType: 'image',
    alphaMode: 'custom',
    source,
    alpha,
    prompt,
    seed: 1,
    maxResolution: 1080,
    outputDirectory,
  };
  const options = { signal: AbortSignal.timeout(60_000), onProgress: () => {} };
  const result = await engine.render(request, options);
  if (isFailure(result)) throw new Error(result.message);
}
