import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const biome = fileURLToPath(new URL('../../../node_modules/.bin/biome', import.meta.url));

/** A TypeScript source, laid out as the rest of the workspace is. */
export function formatted(source: string): string {
  const { status, stdout, stderr } = spawnSync(biome, ['format', '--stdin-file-path=wire.ts'], {
    input: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`biome could not lay out the source: ${stderr}`);
  return stdout;
}
