import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { readMovieFile } from '@restage/media/movie';
import { type BuiltMovie, buildMovie } from '@restage/media/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderVideo } from '../../src/video/render.ts';
import { createFolder } from '../support/files.ts';
import { anyMovie, encodeParts } from '../support/timeline.ts';

beforeAll(() => {
  if (spawnSync('ffprobe', ['-version']).error !== undefined)
    throw new Error(
      'These tests compare with the ffprobe program, which is not installed: apt-get install ffmpeg',
    );
});

interface ProbedStream {
  readonly width: number;
  readonly height: number;
  readonly duration?: string;
  readonly nb_read_frames?: string;
  readonly sample_aspect_ratio?: string;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

/** What the ffprobe program says of a video, every frame counted by decoding it. */
function ffprobe(path: string) {
  const fields = 'nb_read_frames,width,height,duration,sample_aspect_ratio:stream_side_data=rotation';
  const options = ['-v', 'error', '-select_streams', 'v:0', '-count_frames', '-of', 'json'];
  const output = execFileSync('ffprobe', [...options, '-show_entries', `stream=${fields}`, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [stream] = (JSON.parse(output) as { streams: ProbedStream[] }).streams;
  if (stream === undefined) throw new Error(`ffprobe found no video in ${path}`);
  const [num = 1, den = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const wide = Math.max(1, Math.round((stream.width * num) / den));
  const isSideways = Math.abs(stream.side_data_list?.[0]?.rotation ?? 0) === 90;
  return {
    frames: Number(stream.nb_read_frames ?? 0) || 0,
    width: isSideways ? stream.height : wide,
    height: isSideways ? wide : stream.height,
    seconds: Number(stream.duration),
  };
}

function write(movie: BuiltMovie): string {
  const path = join(createFolder(), 'movie.mp4');
  writeFileSync(path, buildMovie(movie));
  return path;
}

const kinds: readonly (readonly [string, Parameters<typeof encodeParts>[1]])[] = [
  ['H.264', {}],
  ['H.264 with pixels that are not square', { pixelAspect: [16, 11] }],
  ['HEVC', { hevc10: true, width: 64, height: 64, keyframes: 250 }],
  [
    'HEVC with pixels that are not square',
    { hevc10: true, width: 64, height: 64, keyframes: 250, pixelAspect: [4, 3] },
  ],
];

describe.each(kinds)('of any movie in %s', (_name, change) => {
  test('the headers tell the frames and the size that ffprobe finds', { timeout: 600_000 }, async () => {
    const parts = await encodeParts(48, change);
    fc.assert(
      fc.property(anyMovie(parts), (built) => {
        const path = write(built);
        const movie = readMovieFile(path);
        const { frames, width, height } = ffprobe(path);
        if (movie === 'damaged') expect(frames).toBe(0);
        else if ('unsupported' in movie) throw new Error(movie.unsupported);
        else expect({ ...movie, frames: movie.timeline.count }).toMatchObject({ frames, width, height });
      }),
      { numRuns: 120 },
    );
  });

  test('ffprobe finds the same frames and duration in render, source and alpha', {
    timeout: 600_000,
  }, async () => {
    const parts = await encodeParts(48, change);
    await fc.assert(
      fc.asyncProperty(anyMovie(parts), async (built) => {
        const source = write(built);
        const movie = readMovieFile(source);
        if (movie === 'damaged' || 'unsupported' in movie) return;
        const result = await renderVideo(
          {
            ...{ generationType: 'video', alphaMode: 'fill', prompt: 'dusk', seed: 1, maxResolution: 720 },
            ...{ source, outputDirectory: createFolder() },
          },
          () => {},
        );
        if (isFailure(result)) throw new Error(result.message);
        const { frames, end, count } = movie.timeline;
        const seconds = (end - (frames[0]?.time ?? 0)) / movie.timescale;
        for (const path of [result.render, result.source, result.alpha]) {
          const found = ffprobe(path);
          expect(found).toMatchObject({ frames: count, width: result.width, height: result.height });
          expect(Math.abs(found.seconds - seconds)).toBeLessThan(0.004);
        }
      }),
      { numRuns: 30 },
    );
  });
});
