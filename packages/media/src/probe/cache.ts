import type { Probe } from './protocol.ts';

/** Caches probes by the version of the file, which identifies its bytes. */
export interface ProbeCache {
  get(version: string): Probe | undefined;
  set(version: string, probe: Probe): void;
}

/** @param maxEntries when the cache is full, the oldest entry is removed */
export function createProbeCache(maxEntries: number): ProbeCache {
  const probes = new Map<string, Probe>();
  return {
    get: (version) => probes.get(version),
    set(version, probe) {
      probes.set(version, probe);
      const [oldest] = probes.keys();
      if (probes.size > maxEntries && oldest !== undefined) probes.delete(oldest);
    },
  };
}
