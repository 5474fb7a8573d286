import { join } from 'node:path';
import type { Rendered } from './engine.ts';

/** Where a job's three files go. */
export function outputPaths(
  folder: string,
  extension: 'png' | 'mp4',
): Pick<Rendered, 'render' | 'source' | 'alpha'> {
  const path = (name: string) => join(folder, `${name}.${extension}`);
  return { render: path('render'), source: path('source'), alpha: path('alpha') };
}
