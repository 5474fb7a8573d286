import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Cluster, spawnOptions } from './cluster.ts';

/** Stands by to end PostgreSQL when this process ends without having done so. */
export interface Guard {
  /** Stands down, and is gone when this resolves. */
  release(): Promise<void>;
}

/**
 * Waits for the end of its standard input, which is that of the process that holds it, be it by SIGKILL; a line before
 * it stands it down. A server that has only just been launched has yet to write `postmaster.pid`. Where that names
 * another, the number may be anybody's by now, and is left alone.
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
 * Starts a shell that shuts a PostgreSQL down once this process is gone, however that came about: a crash, SIGKILL, a
 * second Ctrl-C. It runs as PostgreSQL's user, in a session of its own, where no signal of the terminal reaches it.
 */
export function guardPostmaster(cluster: Pick<Cluster, 'data' | 'identity'>, pid: number): Guard {
  const child = spawn('/bin/sh', ['-c', script, 'restage-guard', String(pid)], {
    ...spawnOptions(cluster),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Where it can't be started, PostgreSQL would outlive a crash, and the next start would replace it.
  const ended = once(child, 'exit').catch(() => undefined);
  // Neither keeps a process alive that has nothing else to do.
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
