import { isFailure } from '@restage/errors';
import { randomSeed, searchRuns } from '@restage/fixtures/searches';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeJpeg, makePng, makeWebp } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { buildMovie } from '../support/movies/build-movie.ts';
import { makeMovie } from '../support/movies/make-movie.ts';
import { frameTicks, plainMovie, plainSamples } from '../support/movies/plain-movie.ts';
import { mutate, seededRandom } from '../support/mutate.ts';

const mutants = searchRuns(100, 2000);
const truncations = searchRuns(30, 300);
const codes = ['INVALID_URI', 'INVALID_FILE_FORMAT'];
const megabyte = 1024 * 1024;

let testMedia: TestMedia;
beforeAll(async () => {
  testMedia = await openTestMedia();
});
afterAll(() => testMedia.close());

/** A movie with every table that can be: composition offsets, two segments, pixels that aren't square. */
const editedMovie = plainMovie(
  plainSamples(5, (n) => ({ offset: (n % 3) * frameTicks })),
  {
    edits: [
      { duration: 100, mediaTime: frameTicks },
      { duration: 100, mediaTime: 0 },
    ],
    pixelAspect: [4, 3],
  },
);

/** Inspects files in as many lanes as there are children; gives how long the slowest answer took. */
async function inspectAll(files: readonly Buffer[], seed: number): Promise<number> {
  let next = 0;
  let slowestMs = 0;
  const lane = async (name: string) => {
    for (let index = next++; index < files.length; index = next++) {
      const location = await testMedia.file(name, files[index] ?? Buffer.alloc(0));
      const started = performance.now();
      const answer = await testMedia.media.inspect(location, 'source');
      slowestMs = Math.max(slowestMs, performance.now() - started);
      if (isFailure(answer)) expect(codes, `file ${index} of RESTAGE_SEED=${seed}`).toContain(answer.code);
      else expect(answer.width * answer.height, `file ${index} of RESTAGE_SEED=${seed}`).toBeGreaterThan(0);
    }
  };
  await Promise.all(['first', 'second'].map(lane));
  return slowestMs;
}

describe.each([
  ['a PNG', async () => makePng(40, 30, 6)],
  ['a JPEG', async () => makeJpeg(40, 30, 6)],
  ['a WebP', async () => makeWebp(40, 30, 'extended', 6)],
  ['an MP4', () => makeMovie({ container: 'mp4', layout: 'moov first', frames: 5 })],
  ['a fragmented MP4', () => makeMovie({ container: 'mp4', layout: 'fragmented', frames: 5 })],
  ['an MP4 with an edit list', async () => buildMovie(editedMovie)],
  ['a MOV', () => makeMovie({ container: 'mov', layout: 'moov last', frames: 5, codec: 'hevc' })],
])('%s', (_, make) => {
  test(`changed in ${mutants} ways, and cut in ${truncations}, always has a typed answer within 10 s`, {
    timeout: 120_000,
  }, async () => {
    const whole = await make();
    const seed = randomSeed();
    const random = seededRandom(seed);
    const cuts = Array.from({ length: truncations }, (_, cut) =>
      whole.subarray(0, Math.ceil((cut * whole.length) / truncations)),
    );
    const slowestMs = await inspectAll(
      [...Array.from({ length: mutants }, () => mutate(whole, random)), ...cuts],
      seed,
    );
    expect(slowestMs).toBeLessThan(10_000);
    expect(process.memoryUsage().rss).toBeLessThan(512 * megabyte);
  });
});
