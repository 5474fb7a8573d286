/**
 * The time from the start of the bundled server until it is ready, and its memory when idle: role `all`, with the embedded
 * PostgreSQL and a data directory that exists. Linux only. Run: node bench/startup.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '../scripts/bundle.ts';
import { readResidentMegabytes, runProgram } from './tools/program.ts';
import { median, reportFigures } from './tools/report.ts';

const rounds = 7;
const idleMs = 5000;

const server = await bundle();
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
const seconds: number[] = [];
const megabytes: number[] = [];
try {
  // The first start creates the database, and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const program = await runProgram([server, 'serve'], {
      PORT: '0',
      RESTAGE_DATA_DIR: directory,
      LOG_LEVEL: 'error',
    });
    const { status } = await fetch(`${program.url}/readyz`);
    if (status !== 200) throw new Error(`/readyz returned ${status}`);
    const took = (performance.now() - began) / 1000;
    if (round > 0) {
      await sleep(idleMs);
      seconds.push(took);
      megabytes.push(await readResidentMegabytes(program.pid));
    }
    await program.stop();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
reportFigures([
  { name: 'start to ready', value: median(seconds), bound: { atMost: 2 }, unit: ' s' },
  { name: 'memory of the idle server', value: median(megabytes), bound: { atMost: 120 }, unit: ' MB' },
]);
