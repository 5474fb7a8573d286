import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The exit code of a program (null if a signal ended it) and everything it printed. */
export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program and waits until it exits.
 * @returns its result, or the system's error code (`ENOENT`, `EACCES` …) if it could not be run at all
 */
export async function run(
  program: string,
  parameters: readonly string[],
  options: SpawnOptions = {},
): Promise<ProgramResult | string> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  try {
    const [code] = await once(child, 'close');
    return { code, output };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
