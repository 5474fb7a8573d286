import type { BigIntStats } from 'node:fs';
import type { Probe } from './verdict.ts';

/** Probes of files that are only ever replaced whole, by what tells a file from all that were or will be at its path. */
export interface KnownProbes {
  get(file: BigIntStats): Probe | undefined;
  set(file: BigIntStats, probe: Probe): void;
}

/** @param most how many are remembered; then the one that was learnt first is forgotten */
export function knownProbes(most: number): KnownProbes {
  const known = new Map<string, Probe>();
  const identity = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats) =>
    `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  return {
    get: (file) => known.get(identity(file)),
    set(file, probe) {
      known.set(identity(file), probe);
      const [first] = known.keys();
      if (known.size > most && first !== undefined) known.delete(first);
    },
  };
}
