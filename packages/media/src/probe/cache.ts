import type { BigIntStats } from 'node:fs';
import type { Probe } from './protocol.ts';

/** Caches probes of files that are only ever replaced whole, by file identity: device, inode, size and times. */
export interface ProbeCache {
  get(file: BigIntStats): Probe | undefined;
  set(file: BigIntStats, probe: Probe): void;
}

/** @param maxEntries when the cache is full, the oldest entry is removed */
export function createProbeCache(maxEntries: number): ProbeCache {
  const probes = new Map<string, Probe>();
  const getIdentity = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats) =>
    `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  return {
    get: (file) => probes.get(getIdentity(file)),
    set(file, probe) {
      probes.set(getIdentity(file), probe);
      const [oldest] = probes.keys();
      if (probes.size > maxEntries && oldest !== undefined) probes.delete(oldest);
    },
  };
}
