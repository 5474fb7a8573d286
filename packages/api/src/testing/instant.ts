import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputSize } from '@restage/contract';
import type { Engine } from '@restage/engine';
import { failWith, isFailure } from '@restage/errors';
import type { Media } from '@restage/media';
import { makePng } from '@restage/media/testing';

/**
 * An engine that ends every job at once. An image becomes plain gray PNGs of the size that its outputs would have; of a
 * video each output is the source's own bytes.
 */
export function instantEngine(media: () => Media): Engine {
  return {
    async render({ generationType, maxResolution, source, outputDirectory }) {
      const probe = await media().inspect({ kind: 'file', path: source }, 'source');
      if (isFailure(probe)) return failWith('INVALID_INPUT', probe.message);
      const { width, height } = outputSize(probe, maxResolution, generationType);
      const make = async (name: string) => {
        const path = join(outputDirectory, `${name}.${generationType === 'image' ? 'png' : 'mp4'}`);
        if (generationType === 'image') await writeFile(path, makePng(width, height));
        else await copyFile(source, path);
        return path;
      };
      const [render, kept, alpha] = [await make('render'), await make('source'), await make('alpha')];
      const { frames } = probe;
      return { render, source: kept, alpha, width, height, frames, notes: [] };
    },
    async close() {},
  };
}
