import { spawnSync } from 'node:child_process';
import { biome } from '../build/tools.ts';

const [program, script] = biome;

/** A TypeScript source, laid out as the rest of the workspace is. */
export function formatted(source: string): string {
  const { status, stdout, stderr } = spawnSync(program, [script, 'format', '--stdin-file-path=wire.ts'], {
    input: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The source could not be laid out: ${stderr}`);
  return stdout;
}
