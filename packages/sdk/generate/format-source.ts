import { spawnSync } from 'node:child_process';
import { biome } from '../build/tools.ts';

const [program, script] = biome;

/** Formats TypeScript source code like the rest of the repository. */
export function formatSource(source: string): string {
  const { status, stdout, stderr } = spawnSync(program, [script, 'format', '--stdin-file-path=types.ts'], {
    input: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Could not format the generated source: ${stderr}`);
  return stdout;
}
