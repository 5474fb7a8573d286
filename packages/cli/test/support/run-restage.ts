import { Readable } from 'node:stream';
import { runCli } from '../../src/cli.ts';

/** What a command line gets, where a test does not take the default. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** Runs a command line with an environment, and gives its exit code and output. */
export function createRunner(baseEnv: Readonly<Record<string, string>>) {
  return async (
    words: readonly string[],
    { env = {}, columns, signal = new AbortController().signal, stdin = Readable.from([]) }: RunOptions = {},
  ) => {
    let out = '';
    let err = '';
    const exitCode = await runCli(words, {
      env: { ...baseEnv, ...env },
      stdin,
      out: (text) => {
        out += typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
      },
      err: (text) => {
        err += text;
      },
      columns,
      signal,
    });
    return { exitCode, out, err };
  };
}
