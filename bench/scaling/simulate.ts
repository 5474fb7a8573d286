/** One step of a job: a time that passes whatever else runs, and then work. */
export interface Step {
  readonly waitMs: number;
  /** Time on the CPU. */
  readonly cpuMs: number;
  /** How many cores the work can use at most. */
  readonly maxCores: number;
}

/** What a simulated fleet is: so many workers with one job each, on one host. */
export interface SimulatedFleet {
  readonly workers: number;
  /** How many cores this many busy workers get together. */
  readonly coresFor: (busy: number) => number;
}

/** Where a worker is in its job. */
interface Progress {
  index: number;
  waitMs: number;
  cpuMs: number;
}

/**
 * Simulates a fleet that works off a backlog: each worker takes the next job when it is done with one, waiting costs nothing, and
 * the busy workers share the cores evenly.
 * @param steps of each job
 * @returns how long it takes, in milliseconds
 */
export function simulateBacklog(
  jobs: number,
  steps: readonly Step[],
  { workers, coresFor }: SimulatedFleet,
): number {
  const begin = (index: number): Progress => ({ index, waitMs: 0, cpuMs: 0, ...steps[index] });
  let [waiting, now] = [jobs, 0];
  let running: Progress[] = [];
  for (;;) {
    while (running.length < workers && waiting > 0) {
      waiting -= 1;
      running.push(begin(0));
    }
    if (running.length === 0) return now;
    const busy = running.filter(({ waitMs }) => waitMs <= 0).length;
    const getSpeed = ({ index }: Progress) => Math.min(steps[index]?.maxCores ?? 1, coresFor(busy) / busy);
    // Until the next step of a job ends.
    const elapsed = Math.min(
      ...running.map((job) => (job.waitMs > 0 ? job.waitMs : job.cpuMs / getSpeed(job))),
    );
    now += elapsed;
    running = running.flatMap((job) => {
      const next = { ...job };
      if (job.waitMs > 0) next.waitMs -= elapsed;
      else next.cpuMs -= elapsed * getSpeed(job);
      // Less than a nanosecond is a rounding error.
      const isRunning = next.waitMs > 1e-6 || next.cpuMs > 1e-6;
      if (isRunning) return [{ ...next, waitMs: next.waitMs > 1e-6 ? next.waitMs : 0 }];
      return job.index + 1 < steps.length ? [begin(job.index + 1)] : [];
    });
  }
}
