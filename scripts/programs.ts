import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Environment variables that a program gets beside those of this process; undefined takes one away. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A program that runs beside this one. */
export interface RunningProgram extends AsyncDisposable {
  /** What it has written so far, to standard output and standard error. */
  output(): string;
  /** Waits until standard output matches. @throws with all of its output when it ends first, or after a minute */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it and its child processes, as Ctrl-C does. */
  stop(): Promise<void>;
}

/** Starts a program in the root of the repository, in a process group of its own. */
export function startProgram(file: string, args: readonly string[], env: Env = {}): RunningProgram {
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // Apart, for a line of one must not fall into a line of the other.
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const closed = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const output = () => out + err;
  const signal = (name: NodeJS.Signals) => {
    if (!hasEnded() && child.pid !== undefined) process.kill(-child.pid, name);
  };
  const stop = async () => {
    signal('SIGINT');
    const late = setTimeout(signal, 30_000, 'SIGKILL');
    await closed;
    clearTimeout(late);
  };
  return {
    output,
    stop,
    [Symbol.asyncDispose]: stop,
    async waitFor(pattern) {
      for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
        const match = pattern.exec(out);
        if (match) return match;
        if (hasEnded() || Date.now() > deadline) {
          throw new Error(`${file} ${args.join(' ')} did not print ${pattern}:\n${output()}`);
        }
      }
    },
  };
}

/** A server that runs. */
export interface RunningServer extends RunningProgram {
  readonly url: string;
  /** The key of the first account; empty where the data directory had one already. */
  readonly key: string;
}

const sources = fileURLToPath(new URL('../apps/server/src/cli.ts', import.meta.url));

/**
 * Starts a server on a free port, with a database and an account of its own, and waits until it serves.
 * @param script the server's program: a bundle, or by default its sources
 */
export async function startServer(
  dataDirectory: string,
  env: Env = {},
  script: string = sources,
): Promise<RunningServer> {
  const program = startProgram(process.execPath, [script, 'serve'], {
    PORT: '0',
    RESTAGE_DATA_DIR: dataDirectory,
    DATABASE_URL: undefined,
    ...env,
  });
  try {
    await program.waitFor(/Ctrl-C/);
  } catch (error) {
    await program.stop();
    throw error;
  }
  const [, url = ''] = /serves on (\S+)/.exec(program.output()) ?? [];
  return { ...program, url, key: /^rsk_\S+$/m.exec(program.output())?.[0] ?? '' };
}

/** The blocks of a page that are marked as `sh`, each as one script. */
export async function readShellBlocks(page: string): Promise<string[]> {
  const text = await readFile(new URL(`../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code.trim());
}
