import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Cluster, spawnOptions } from '../cluster.ts';

/** A process that stops PostgreSQL when this process ends without having done so. */
export interface Guard {
  /** Ends the guard; it has exited when this resolves. */
  release(): Promise<void>;
}

/**
 * Waits until its standard input closes, which it does however the parent ends; a line of input ends the guard instead.
 * A PostgreSQL that was just launched has yet to write `postmaster.pid`. If that file names another process, the pid may
 * have been reused, and is left alone.
 */
const script = `
read -r line && exit
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  pid= && read -r pid < postmaster.pid
  [ "$pid" = "$1" ] && exec kill -INT "$1"
  kill -0 "$1" || exit
  sleep 1
done`;

/**
 * Starts a shell that shuts PostgreSQL down when this process has ended for any reason: a crash, SIGKILL, a second
 * Ctrl-C. It runs as PostgreSQL's OS user, in its own session, where no signal of the terminal reaches it.
 */
export function guardPostmaster(cluster: Pick<Cluster, 'data' | 'osUser'>, pid: number): Guard {
  const child = spawn('/bin/sh', ['-c', script, 'restage-guard', String(pid)], {
    ...spawnOptions(cluster),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // If it can't be started, PostgreSQL outlives a crash, and the next start replaces it.
  const ended = once(child, 'exit').catch(() => undefined);
  // Neither keeps this process alive.
  child.unref();
  (child.stdin as Socket).on('error', () => {}).unref();
  return {
    async release() {
      child.ref();
      child.stdin.end('\n');
      await ended;
    },
  };
}
