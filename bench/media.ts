/**
 * What probing costs, as ratios within one run.   node bench/media.ts
 *
 * It is held against an ffprobe process, so ffmpeg must be on the PATH (`apt-get install -y ffmpeg`). The
 * product itself uses neither.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createMedia, parseMediaUri } from '../packages/media/src/index.ts';
import { makeMovie, openWorld, publicName, serveFile } from '../packages/media/src/testing/index.ts';

const run = promisify(execFile);
const megabyte = 1024 * 1024;
const log = { info: () => undefined, warn: console.warn };
/** Made by the parent, and given to the process that measures memory. */
const directory = process.argv[3] ?? (await mkdtemp(join(tmpdir(), 'restage-bench-media-')));

/** One line of the result, and whether it holds. */
interface Line {
  readonly what: string;
  readonly value: string;
  readonly bound: string;
  readonly holds: boolean;
}

/** Milliseconds of each run, the median of all. */
async function median(runs: number, body: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const started = performance.now();
    await body();
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

/** A real H.264 movie of 240 frames. */
async function encode(name: string, flags: readonly string[]): Promise<string> {
  const path = join(directory, name);
  const picture = 'testsrc2=size=1280x720:rate=30';
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await run('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    picture,
    '-frames:v',
    '240',
    ...codec,
    ...flags,
    path,
  ]);
  return path;
}

async function benchProbing(): Promise<Line[]> {
  const media = await createMedia({
    temporaryDirectory: directory,
    allowPrivateNetwork: false,
    workers: 2,
    log,
  });
  const entries = 'stream=codec_name,width,height,nb_frames,duration';
  const lines: Line[] = [];
  for (const [name, flags] of [
    ['moov first', ['-movflags', '+faststart']],
    ['moov last', []],
  ] as const) {
    const path = await encode(`${name}.mp4`, flags);
    const probe = async () => {
      const found = await media.inspect({ kind: 'file', path }, 'source');
      if (!('frames' in found) || found.frames !== 240) throw new Error(`not told: ${JSON.stringify(found)}`);
    };
    const first = await median(1, probe);
    await median(50, probe);
    const pooled = await median(200, probe);
    const ffprobe = await median(20, () => run('ffprobe', ['-v', 'error', '-show_entries', entries, path]));
    const ratio = pooled / ffprobe;
    const measured = `${pooled.toFixed(1)} ms against ${ffprobe.toFixed(0)} ms; the first one ${first.toFixed(0)} ms`;
    lines.push({
      what: `probe of 240 frames, ${name}, by the time of an ffprobe process (${measured})`,
      value: ratio.toFixed(3),
      bound: '≤ 0.1',
      holds: ratio <= 0.1,
    });
  }
  await media.close();
  return lines;
}

async function benchFetching(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const layout of ['moov first', 'moov last'] as const) {
    const bytes = await makeMovie({ layout, frames: 240, frameBytes: (50 * megabyte) / 240 });
    const serve = serveFile(bytes, { ranges: true });
    let sent = 0;
    const world = await openWorld((incoming, response) => {
      serve(incoming, response);
      sent += Number(response.getHeader('content-length'));
    });
    const media = await createMedia({ ...world.network, temporaryDirectory: directory, workers: 1, log });
    const url = new URL(`https://${publicName}/movie.mp4`);
    const found = await media.inspect({ kind: 'https', url }, 'source');
    if (!('frames' in found)) throw new Error(`not told: ${found.message}`);
    await media.close();
    await world.close();
    const share = sent / bytes.length;
    lines.push({
      what: `bytes fetched for a probe of ${Math.round(bytes.length / megabyte)} MB, ${layout} (${sent} bytes)`,
      value: `${(100 * share).toFixed(2)} %`,
      bound: '< 1 %',
      holds: share < 0.01,
    });
  }
  return lines;
}

/** In a process of its own, since what counts is the peak: the body as text, parsed, and its URI inspected. */
async function benchDataUri(): Promise<Line> {
  const { stdout } = await run(process.execPath, [import.meta.filename, 'data-uri', directory]);
  const { before, peak } = JSON.parse(stdout) as { before: number; peak: number };
  const added = (peak - before) / megabyte;
  return {
    what: `memory that inspecting a data: URI of 50 MB adds to a process that holds it (${Math.round(peak / megabyte)} MB in all)`,
    value: `${added.toFixed(0)} MB`,
    bound: '≤ 50 MB',
    holds: added <= 50,
  };
}

async function inspectDataUri(): Promise<void> {
  const media = await createMedia({
    temporaryDirectory: directory,
    allowPrivateNetwork: false,
    workers: 1,
    log,
  });
  const uri = `data:video/mp4;base64,${Buffer.alloc(50 * megabyte).toString('base64')}`;
  const parsed = parseMediaUri(uri, 'source_uri', { allowPrivateNetwork: false });
  if (!('kind' in parsed) || parsed.kind !== 'data') throw new Error('not a data: URI');
  const before = process.memoryUsage().rss;
  await media.inspect(parsed, 'source');
  console.log(JSON.stringify({ before, peak: process.resourceUsage().maxRSS * 1024 }));
  await media.close();
}

if (process.argv[2] === 'data-uri') {
  await inspectDataUri();
} else {
  const lines = [...(await benchProbing()), ...(await benchFetching()), await benchDataUri()];
  for (const { what, value, bound, holds } of lines) {
    console.log(`${holds ? 'holds ' : 'BROKEN'}  ${value.padStart(8)}  ${bound.padEnd(8)}  ${what}`);
  }
  await rm(directory, { recursive: true, force: true });
  if (lines.some(({ holds }) => !holds)) process.exitCode = 1;
}
