import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A process and those that it was started through: itself, its parent, and so on. */
export type LaunchChain = readonly number[];

const managers = /^(npm|npx|pnpm|pnpx|yarn|corepack)(-cli)?(\.[cm]?js)?$/;
const shells = /^(ba|da|a|k|z)?sh$/;

/**
 * Finds the package managers that a process was started through, as in `npx pnpm start`, and the shells that wait between
 * and above them. They don't pass every signal on: SIGTERM ends them alone. Nothing else that started a process counts,
 * for it may go away and mean nothing by it, as does a shell that puts things into the background.
 */
export function findLaunchChain(pid = process.pid): LaunchChain {
  const chain = [pid];
  let isManaged = false;
  for (let next = readProcess(pid)?.parent ?? 0; next > 1; ) {
    const launcher = readProcess(next);
    if (!launcher) break;
    const [first = '', second = '', ...rest] = launcher.command.split(' ');
    const isManager =
      managers.test(basename(first)) || (basename(first) === 'node' && managers.test(basename(second)));
    const waits =
      shells.test(basename(first)) && second === '-c' && !/(?<![&>])&(?![&>])/.test(rest.join(' '));
    if (!isManager && !waits) break;
    isManaged ||= isManager;
    chain.push(next);
    next = launcher.parent;
  }
  return isManaged ? chain : [pid];
}

/** Whether each process of a chain is still the child of the next. One that has ended may stay listed, childless. */
export function isIntact(chain: LaunchChain): boolean {
  if (process.platform === 'linux') {
    return chain.every(
      (pid, index) => index === chain.length - 1 || readProcess(pid)?.parent === chain[index + 1],
    );
  }
  // Elsewhere, asking for parents takes a program, and whoever has ended is soon gone.
  const [, parent, ...others] = chain;
  return (parent === undefined || process.ppid === parent) && others.every(isRunning);
}

/** Calls `onEnded` once a process of the chain has ended, and at most once. Keeps no process alive. */
export function watchLaunchChain(chain: LaunchChain, onEnded: () => void): void {
  if (chain.length === 1) return;
  const timer = setInterval(() => {
    if (isIntact(chain)) return;
    clearInterval(timer);
    onEnded();
  }, 500);
  timer.unref();
}

interface Process {
  readonly parent: number;
  /** Its command line, in one text. */
  readonly command: string;
}

/** A process as it is now; undefined once it has ended. */
function readProcess(pid: number): Process | undefined {
  try {
    if (process.platform === 'linux') {
      // The name, in brackets, may hold anything; after it come the state and the parent.
      const [, parent] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return { parent: Number(parent), command };
    }
    const listed = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command = ''] = /^\s*(\d+)\s+(.*)$/m.exec(listed) ?? [];
    return { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
