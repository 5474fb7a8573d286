import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** The command line of a development tool of this package, without its arguments. */
export type Tool = readonly [program: string, script: string];

/** The code formatter. */
export const biome: Tool = [
  process.execPath,
  join(require.resolve('@biomejs/biome/package.json'), '../bin/biome'),
];

/** The TypeScript compiler. */
export const tsc: Tool = [process.execPath, join(require.resolve('typescript/package.json'), '../bin/tsc')];
