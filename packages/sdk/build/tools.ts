import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** The command line of a tool that this room depends on: what runs it, and what stands before its arguments. */
export type Tool = readonly [program: string, script: string];

/** The layout of sources. */
export const biome: Tool = [
  process.execPath,
  join(require.resolve('@biomejs/biome/package.json'), '../bin/biome'),
];

/** The compiler. */
export const tsc: Tool = [process.execPath, join(require.resolve('typescript/package.json'), '../bin/tsc')];
