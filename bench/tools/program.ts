import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server in a process of its own. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  readonly out: () => string;
  stop(): Promise<void>;
}

/** Runs a Node program, and waits until it prints `on http://…`. */
export async function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Program> {
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = () => / on (http:\S+)|^on (http:\S+)/m.exec(out);
  while (!url()) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended:\n${out}`);
    await sleep(1);
  }
  const found = url();
  return {
    url: found?.[1] ?? found?.[2] ?? '',
    pid: child.pid ?? 0,
    out: () => out,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** The resident memory of a process, in MB, as Linux counts it. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Asks until something answers; throws after ten seconds. */
export async function firstAnswer(url: string): Promise<void> {
  const until = performance.now() + 10_000;
  while (!(await answers(url))) {
    if (performance.now() > until) throw new Error(`nothing answers on ${url}`);
    await sleep(1);
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (answer) =>
      answer.resume().once('end', () => resolve(answer.statusCode === 200)),
    ).once('error', () => resolve(false));
  });
}
