import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../rng.ts';
import type { Fault } from './faults.ts';

/** The faults of a run. */
export interface FaultRun {
  /** How often each fault occurred, by its name. */
  readonly counts: ReadonlyMap<string, number>;
  /** Waits until every fault is over. */
  finish(): Promise<void>;
}

/** How to inject faults. */
export interface InjectionOptions {
  readonly rng: Rng;
  readonly durationMs: number;
  /** How many shuffled rounds of all faults; 0 for each fault once, the long ones first. */
  readonly rounds: number;
  /** Called when a fault begins. */
  readonly onFault: (fault: string) => void;
}

/** Injects faults one after another; many last into the next. */
export async function injectFaults(
  faults: readonly Fault[],
  { rng, durationMs, rounds, onFault }: InjectionOptions,
): Promise<FaultRun> {
  const counts = new Map<string, number>();
  const injections: Promise<void>[] = [];
  const sequence = rounds === 0 ? arrangeEachOnce(faults, rng) : arrangeRounds(faults, rounds, rng);
  for (const { name, inject } of sequence) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const injection = inject((program) => onFault(program ? `${name}: ${program.name}` : name));
    // Awaited by `finish`, where its error ends the run.
    injection.catch(() => {});
    injections.push(injection);
    await sleep((durationMs / sequence.length) * (0.5 + rng.fraction()));
  }
  return {
    counts,
    async finish() {
      await Promise.all(injections);
    },
  };
}

function arrangeEachOnce(faults: readonly Fault[], rng: Rng): Fault[] {
  const [long, others] = [faults.filter(({ isLong }) => isLong), faults.filter(({ isLong }) => !isLong)];
  return [...rng.shuffle(long), ...rng.shuffle(others)];
}

function arrangeRounds(faults: readonly Fault[], rounds: number, rng: Rng): Fault[] {
  const weighted = faults.flatMap((fault) => Array<Fault>(fault.weight).fill(fault));
  return Array.from({ length: rounds }, () => rng.shuffle(weighted)).flat();
}
