import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { AVCOL_RANGE_MPEG, AVCOL_SPC_BT709 } from 'node-av/constants';
import { expect, onTestFinished, test } from 'vitest';
import { renderVideo } from '../src/video/render.ts';
import { cutWithMatte } from './support/cut-video.ts';
import { inspectVideo } from './support/files.ts';

/** Tests what must hold for the first frames of any shot of 1280×720 with a video matte. */
export function testShot(name: string, video: string, frames: number): void {
  test(`${frames} frames of ${name} come back as three videos of that length, every frame at its time, tagged`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'restage-shot-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const outputDirectory = join(directory, 'outputs');
    mkdirSync(outputDirectory);
    const { source, alpha } = await cutWithMatte(video, directory, frames);
    const original = await inspectVideo(source);
    const result = await renderVideo(
      {
        ...{ generationType: 'video', alphaMode: 'custom', seed: 3, maxResolution: 720 },
        ...{ source, alpha, prompt: 'sunset over the sea', outputDirectory },
      },
      () => {},
    );
    if (isFailure(result)) throw new Error(result.message);
    const size = { width: 1280, height: 720 };
    expect(result).toMatchObject({ ...size, frames });
    for (const path of [result.render, result.source, result.alpha]) {
      const made = await inspectVideo(path);
      expect(made).toMatchObject({ ...size, frames, range: AVCOL_RANGE_MPEG, space: AVCOL_SPC_BT709 });
      expect(made.duration).toBeCloseTo(original.duration, 3);
      for (const [n, time] of made.times.entries()) expect(time).toBeCloseTo(original.times[n] ?? -1, 3);
      const bytes = readFileSync(path);
      expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    }
    const out = await inspectVideo(result.render);
    const matte = await inspectVideo(result.alpha);
    expect(matte.first[0]).toBe(16);
    expect(matte.first.subarray(0, 1280 * 720).includes(235)).toBe(true);
    expect(out.first[0]).not.toBe(original.first[0]);
  });
}
