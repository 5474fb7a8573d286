import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server in a process of its own. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  /** Its standard output so far. */
  readonly out: () => string;
  stop(): Promise<void>;
}

/** Runs a Node program and waits until it prints `on http://…` or `at http://…`. */
export async function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Program> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let url: string | undefined;
  while (url === undefined) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} exited:\n${out}`);
    await sleep(1);
    url = /(?:^| )(?:on|at) (http:\S+)/m.exec(out)?.[1];
  }
  return {
    url,
    pid: child.pid ?? 0,
    out: () => out,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** The key that a server printed on its first start; empty on later ones. */
export const getFirstKey = (program: Program): string => /^rsk_\S+$/m.exec(program.out())?.[0] ?? '';

/** The resident memory of a process in MB, as Linux counts it. */
export async function readResidentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** The time that a process has spent on the CPU in milliseconds, as Linux counts it; 0 if it has ended. */
export async function readCpuMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const stats = threads.map((thread) =>
    readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'),
  );
  return (await Promise.all(stats)).reduce((sum, stat) => sum + Number(stat.split(' ')[0]) / 1e6, 0);
}
