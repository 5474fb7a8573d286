/**
 * What a job costs, and a simulation of 1, 2 and 4 workers with these costs, against real workers. docs/scaling.md explains the
 * model and what follows from it. Run: node bench/scaling.ts
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { listProcesses } from '../fixtures/processes.ts';
import { createUpload, receiveUpload, startGeneration } from '../packages/core/src/index.ts';
import { isFailure } from '../packages/errors/src/index.ts';
import { type BacklogResult, runBacklog, startFleet, type WorkerEngine } from './scaling/fleet.ts';
import { measureCosts } from './scaling/measure-costs.ts';
import { measureRenders, renderInput } from './scaling/measure-render.ts';
import { type Step, simulateBacklog } from './scaling/simulate.ts';
import { median, reportFigures } from './tools/report.ts';
import { openTestbed } from './tools/testbed.ts';

const fleetSizes = [1, 2, 4] as const;
const rounds = 3;
const waitingJobs = 40;
const renderedJobs = 12;
/** A render that another machine or a GPU does. */
const elsewhereMs = 100;
const sample = fileURLToPath(new URL('../samples/subject.jpg', import.meta.url));

const testbed = await openTestbed();
try {
  const [backend] = await testbed.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const postmaster = listProcesses().find(({ pid }) => pid === backend?.pid)?.parent ?? 0;
  await measureCosts(testbed, postmaster);

  const source = await uploadSample();
  const starts = {
    nothing: () => testbed.startJob('wait 0'),
    elsewhere: () => testbed.startJob(`wait ${elsewhereMs}`),
    here: () => startRender(source),
  };
  /** Measures a backlog for a new fleet that has done some jobs. */
  const measureBacklog = async (
    workers: number,
    engine: WorkerEngine,
    jobs: number,
    start: () => Promise<string>,
  ): Promise<BacklogResult> => {
    const fleet = await startFleet(testbed, workers, engine);
    try {
      await runBacklog(testbed, fleet, postmaster, 3 * workers, start);
      return await runBacklog(testbed, fleet, postmaster, jobs, start);
    } finally {
      await fleet.stop();
    }
  };

  const ratios = new Map<string, number[]>();
  const compare = (name: string, predictedMs: number, measuredMs: number) => {
    console.log(`  ${name}: predicted ${predictedMs.toFixed(0)} ms, measured ${measuredMs.toFixed(0)} ms`);
    ratios.set(name, [...(ratios.get(name) ?? []), predictedMs / measuredMs]);
  };
  for (let round = 1; round <= rounds; round += 1) {
    const overhead = toStep(await measureBacklog(1, 'waiting', waitingJobs, starts.nothing), waitingJobs);
    console.log(`round ${round}: a job without its render ${format(overhead)}`);
    for (const workers of fleetSizes) {
      const elsewhere: Step = { waitMs: elsewhereMs, cpuMs: 0, maxCores: 1 };
      const fleet = { workers, coresFor: (busy: number) => Math.min(busy, availableParallelism()) };
      const predicted = simulateBacklog(waitingJobs, [overhead, elsewhere], fleet);
      const { wallMs } = await measureBacklog(workers, 'waiting', waitingJobs, starts.elsewhere);
      compare(`renders elsewhere, workers ${workers}`, predicted, wallMs);
    }
    const cores = new Map<number, number>();
    for (const workers of fleetSizes) {
      // Right before, since what other programs leave of the cores changes.
      const alone = await measureRenders(sample, workers);
      cores.set(workers, alone.cores);
      console.log(
        `  a render ${alone.cpuMs.toFixed(0)} ms of CPU; ${workers} at once get ${alone.cores.toFixed(2)} cores`,
      );
      const here: Step = { waitMs: 0, cpuMs: alone.cpuMs, maxCores: Number.POSITIVE_INFINITY };
      const fleet = { workers, coresFor: (busy: number) => cores.get(busy) ?? alone.cores };
      const predicted = simulateBacklog(renderedJobs, [overhead, here], fleet);
      const { wallMs } = await measureBacklog(workers, 'real', renderedJobs, starts.here);
      compare(`renders here, workers ${workers}`, predicted, wallMs);
    }
  }
  reportFigures(
    [...ratios].flatMap(([name, values]) => {
      const figure = { name: `${name}: predicted time, relative to measured`, value: median(values) };
      return [
        { ...figure, bound: { atLeast: 0.85 } },
        { ...figure, bound: { atMost: 1.15 } },
      ];
    }),
  );
} finally {
  await testbed.close();
}

/** What each of the jobs of a backlog takes, if the render takes nothing. */
function toStep({ wallMs, cpuMs }: BacklogResult, jobs: number): Step {
  return { waitMs: Math.max(0, (wallMs - cpuMs) / jobs), cpuMs: cpuMs / jobs, maxCores: 1 };
}

function format({ waitMs, cpuMs }: Step): string {
  return `waits ${waitMs.toFixed(1)} ms and takes ${cpuMs.toFixed(1)} ms of CPU`;
}

async function startRender(source: string): Promise<string> {
  const { maxResolution: max_resolution, ...input } = renderInput;
  const job = await startGeneration(testbed.accountCtx, {
    generation_type: 'image',
    alpha_mode: 'fill',
    source_uri: source,
    max_resolution,
    ...input,
  });
  if (isFailure(job)) throw new Error(job.message);
  return job.id;
}

async function uploadSample(): Promise<string> {
  const upload = await createUpload(testbed.accountCtx, { filename: 'subject.jpg' });
  if (isFailure(upload)) throw new Error(upload.message);
  const bytes = await readFile(sample);
  async function* read() {
    yield bytes;
  }
  const received = await receiveUpload(testbed.ctx, upload.id, read(), AbortSignal.timeout(60_000));
  if (isFailure(received)) throw new Error(received.message);
  return upload.beeble_uri;
}
