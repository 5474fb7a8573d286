import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** The start of a tool's command line: the program, and the script that it runs. */
export type Tool = readonly [program: string, script: string];

/** Formats sources. */
export const biome: Tool = [
  process.execPath,
  join(require.resolve('@biomejs/biome/package.json'), '../bin/biome'),
];

/** Compiles, or emits declarations. */
export const tsc: Tool = [process.execPath, join(require.resolve('typescript/package.json'), '../bin/tsc')];
