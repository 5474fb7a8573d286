import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { createRandom } from '@restage/pixels';
import { AVCOL_SPC_SMPTE170M } from 'node-av/constants';
import { expect, test } from 'vitest';
import { renderVideo } from '../../src/video/render.ts';
import { makeVideo } from '../support/edge-case-videos.ts';
import { createFolder } from '../support/files.ts';

const runs = 60;

/** A video of grainy rings that is not stored as its output is, so that all three outputs are encoded. */
function makeGrainyVideo(): Promise<string> {
  const random = createRandom(7);
  return makeVideo(join(createFolder(), 'source.mp4'), {
    width: 336,
    height: 256,
    times: Array.from({ length: 16 }, (_, n) => n * 40),
    space: AVCOL_SPC_SMPTE170M,
    draw: (frame, x, y) => [
      120 +
        60 * Math.sin(Math.hypot(x * 336 - 168, y * 256 - 128) / (6 + frame * 0.2)) +
        (random() - 0.5) * 8,
      110 + 30 * x,
      140 - 30 * y,
    ],
  });
}

test.each(['rain', 'neon alley'])(
  `the same job, %s, gives the same bytes ${runs} times`,
  {
    timeout: 600_000,
  },
  async (prompt) => {
    const source = await makeGrainyVideo();
    const digests = new Set<string>();
    for (let run = 0; run < runs; run++) {
      const result = await renderVideo(
        {
          generationType: 'video',
          alphaMode: 'fill',
          prompt,
          seed: 7,
          maxResolution: 720,
          source,
          outputDirectory: createFolder(),
        },
        () => {},
      );
      if (isFailure(result)) throw new Error(result.message);
      const hash = createHash('sha256');
      for (const path of [result.render, result.source, result.alpha]) hash.update(readFileSync(path));
      digests.add(hash.digest('hex'));
    }
    expect(digests.size).toBe(1);
  },
);
