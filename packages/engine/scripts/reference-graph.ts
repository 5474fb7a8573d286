import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first line of what the ffmpeg program says of itself. */
export async function referenceVersion(): Promise<string> {
  return (await run('ffmpeg', ['-version'])).stdout.split('\n')[0] ?? '';
}

/**
 * What an editor would ask the ffmpeg program for: decode both videos, LUT in RGB, merge the matte, overlay on a still,
 * x264 veryfast. Threads as it chooses. The still is read once and repeated, not read again for every frame.
 */
export async function referenceGraph(files: {
  readonly source: string;
  readonly matte: string;
  readonly plate: string;
  readonly cube: string;
  readonly output: string;
}): Promise<void> {
  const graph = [
    '[2]format=yuv420p,loop=loop=-1:size=1,setpts=N/25/TB[back]',
    `[0]format=gbrp,lut3d=file=${files.cube}[graded]`,
    '[1]format=gray[matte]',
    '[graded][matte]alphamerge[subject]',
    '[back][subject]overlay=shortest=1,format=yuv420p[out]',
  ].join(';');
  const inputs = [files.source, files.matte, files.plate].flatMap((path) => ['-i', path]);
  const encoding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-movflags', '+faststart'];
  await run('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y'],
    ...inputs,
    ...['-filter_complex', graph, '-map', '[out]'],
    ...encoding,
    files.output,
  ]);
}
