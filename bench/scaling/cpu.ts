import { readFile } from 'node:fs/promises';
import { listFamily } from '../../fixtures/processes.ts';

/** Linux counts CPU time in hundredths of a second. */
const tickMs = 10;

/** The time that processes, and all that descend from them, have spent on the CPU in milliseconds. */
export async function readFamilyCpuMs(...pids: readonly number[]): Promise<number> {
  const all = [...new Set(pids.flatMap((pid) => listFamily(pid)))].map(readCpuMs);
  return (await Promise.all(all)).reduce((sum, ms) => sum + ms, 0);
}

/** Unlike a sum over threads, it includes those that have ended. */
async function readCpuMs(pid: number): Promise<number> {
  // A process that has ended since it was listed.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user = 0, system = 0] = stat.replace(/.*\) /s, '').split(' ').slice(11, 13).map(Number);
  return (user + system) * tickMs;
}
