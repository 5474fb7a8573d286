import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompositor, type Engine } from '../../packages/engine/src/index.ts';
import { isFailure } from '../../packages/errors/src/index.ts';
import { readFamilyCpuMs } from './cpu.ts';

/** What the jobs of the bench ask for, beside their source. */
export const renderInput = { prompt: 'a beach at noon', seed: 1, maxResolution: 720 } as const;

const renders = 4;

/**
 * Measures renders of an image alone, without jobs.
 * @param engines how many render at once, each in a process of its own
 * @returns the CPU time of one render, and how many cores the engines got together
 */
export async function measureRenders(
  source: string,
  engines: number,
): Promise<{ readonly cpuMs: number; readonly cores: number }> {
  const all = Array.from({ length: engines }, () => createCompositor({ workers: 1 }));
  try {
    await Promise.all(all.map((engine) => renderSome(engine, source, 2)));
    const [began, before] = [performance.now(), await readFamilyCpuMs(process.pid)];
    await Promise.all(all.map((engine) => renderSome(engine, source, renders)));
    const wallMs = performance.now() - began;
    const cpuMs = (await readFamilyCpuMs(process.pid)) - before;
    return { cpuMs: cpuMs / (engines * renders), cores: cpuMs / wallMs };
  } finally {
    await Promise.all(all.map((engine) => engine.close()));
  }
}

async function renderSome(engine: Engine, source: string, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    const outputDirectory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
    const result = await engine.render(
      { generationType: 'image', alphaMode: 'fill', source, outputDirectory, ...renderInput },
      { signal: AbortSignal.timeout(60_000), onProgress: () => {} },
    );
    await rm(outputDirectory, { recursive: true });
    if (isFailure(result)) throw new Error(result.message);
  }
}
