import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { computeOutputSize } from '@restage/contract';
import type { Engine } from '@restage/engine';
import { failWith, isFailure } from '@restage/errors';
import type { Media } from '@restage/media';
import { makePng } from '@restage/media/testing';

/**
 * Creates an engine that completes every job at once. The outputs of an image job are gray PNGs of the right size; the
 * outputs of a video job are copies of the source.
 */
export function fakeEngine(getMedia: () => Media): Engine {
  return {
    async render({ generationType, maxResolution, source, outputDirectory }) {
      const probe = await getMedia().inspect({ kind: 'file', path: source }, 'source');
      if (isFailure(probe)) return failWith('INVALID_INPUT', probe.message);
      const { width, height } = computeOutputSize(probe, maxResolution, generationType);
      const writeOutput = async (name: string) => {
        const path = join(outputDirectory, `${name}.${generationType === 'image' ? 'png' : 'mp4'}`);
        if (generationType === 'image') await writeFile(path, makePng(width, height));
        else await copyFile(source, path);
        return path;
      };
      const render = await writeOutput('render');
      const sourceOutput = await writeOutput('source');
      const alpha = await writeOutput('alpha');
      const { frames } = probe;
      return { render, source: sourceOutput, alpha, width, height, frames, understood: [], notes: [] };
    },
    async close() {},
  };
}
