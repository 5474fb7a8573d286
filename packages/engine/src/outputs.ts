import { join } from 'node:path';
import type { Rendered } from './engine.ts';

/** The paths of a job's three files. */
export function getOutputPaths(
  folder: string,
  extension: 'png' | 'mp4',
): Pick<Rendered, 'render' | 'source' | 'alpha'> {
  const path = (name: string) => join(folder, `${name}.${extension}`);
  return { render: path('render'), source: path('source'), alpha: path('alpha') };
}
