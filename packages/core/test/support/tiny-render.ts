import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendered, RenderRequest } from '@restage/engine';

/** Writes the outputs of an engine that renders nothing: three files of a few bytes each. */
export async function tinyRender({
  outputDirectory,
}: Pick<RenderRequest, 'outputDirectory'>): Promise<Rendered> {
  const make = async (name: string) => {
    const path = join(outputDirectory, `${name}.png`);
    await writeFile(path, name);
    return path;
  };
  const [render, source, alpha] = [await make('render'), await make('source'), await make('alpha')];
  return { render, source, alpha, width: 8, height: 8, frames: 1, understood: [], notes: [] };
}
