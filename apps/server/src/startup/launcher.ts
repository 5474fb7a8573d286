import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The ids of a process and of those that launched it: itself, its parent, and so on. */
export type LaunchChain = readonly number[];

const managerNames = /^(npm|npx|pnpm|pnpx|yarn|corepack)(-cli)?(\.[cm]?js)?$/;
const shellNames = /^(ba|da|a|k|z)?sh$/;

/**
 * Finds the package managers that launched a process, as in `npx pnpm start`, and the shells that wait for them. They
 * don't pass on every signal: SIGTERM ends only them. Other launchers are left out, since their end means nothing to the
 * process; so are shells that run it in the background.
 */
export function findLaunchChain(pid = process.pid): LaunchChain {
  const chain = [pid];
  let isManaged = false;
  for (let next = readProcess(pid)?.parentPid ?? 0; next > 1; ) {
    const launcher = readProcess(next);
    if (!launcher) break;
    const [first = '', second = '', ...rest] = launcher.command.split(' ');
    const isManager =
      managerNames.test(basename(first)) ||
      (basename(first) === 'node' && managerNames.test(basename(second)));
    const isWaitingShell =
      shellNames.test(basename(first)) && second === '-c' && !/(?<![&>])&(?![&>])/.test(rest.join(' '));
    if (!isManager && !isWaitingShell) break;
    isManaged ||= isManager;
    chain.push(next);
    next = launcher.parentPid;
  }
  return isManaged ? chain : [pid];
}

/** Whether each process of a chain is still the child of the next. A process that has ended may stay listed. */
export function isIntact(chain: LaunchChain): boolean {
  if (process.platform === 'linux') {
    return chain.every(
      (pid, index) => index === chain.length - 1 || readProcess(pid)?.parentPid === chain[index + 1],
    );
  }
  // Elsewhere, finding parents takes running `ps`, and processes that have ended are soon gone.
  const [, parent, ...others] = chain;
  return (parent === undefined || process.ppid === parent) && others.every(isRunning);
}

/** Calls `onEnded` once, when a process of the chain has ended. Its timer keeps no process alive. */
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
  readonly parentPid: number;
  /** Its command line. */
  readonly command: string;
}

/** Reads a process; undefined if it has ended. */
function readProcess(pid: number): Process | undefined {
  try {
    if (process.platform === 'linux') {
      // The name, in brackets, may hold anything; after it come the state and the parent.
      const [, parentPid] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return { parentPid: Number(parentPid), command };
    }
    const listed = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parentPid, command = ''] = /^\s*(\d+)\s+(.*)$/m.exec(listed) ?? [];
    return { parentPid: Number(parentPid), command };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It belongs to another user, and runs.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
