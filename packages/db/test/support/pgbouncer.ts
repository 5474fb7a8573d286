import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/embedded/process/free-port.ts';

/** A pooler in front of a database. */
export interface PgBouncer {
  /** The database's URL, through the pooler. */
  readonly url: string;
  /** Of the running program. */
  pid(): number;
  /** Ends the program, and with it every connection, and starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The user that it runs as if this process is root, which it refuses to run as. */
const nobody = { uid: 65_534, gid: 65_534 };

/**
 * Starts PgBouncer in front of the database of a URL.
 * @param settings settings of its section `[pgbouncer]`, such as `pool_mode`
 * @throws if the program is not installed
 */
export async function startPgBouncer(
  databaseUrl: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<PgBouncer> {
  const program = findProgram();
  const database = new URL(databaseUrl);
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'restage-pgbouncer-'));
  const files = {
    'users.txt': `"${database.username}" "${database.password}"\n`,
    'pgbouncer.ini': [
      '[databases]',
      `* = host=${database.hostname} port=${database.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${join(directory, 'users.txt')}`,
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  };
  await chmod(directory, 0o755);
  const isRoot = process.geteuid?.() === 0;
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), text, { mode: 0o600 });
    if (isRoot) await chown(join(directory, name), nobody.uid, nobody.gid);
  }
  const launch = () => launchProgram(program, join(directory, 'pgbouncer.ini'), port);
  let child: ChildProcess | undefined;
  const stop = async () => {
    if (child) await killProgram(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    child = await launch();
  } catch (error) {
    await stop();
    throw error;
  }
  database.port = String(port);
  return {
    url: database.href,
    pid: () => child?.pid ?? 0,
    async restart() {
      if (child) await killProgram(child);
      child = await launch();
    },
    stop,
  };
}

/** @throws if it does not listen */
async function launchProgram(program: string, settingsPath: string, port: number): Promise<ChildProcess> {
  const isRoot = process.geteuid?.() === 0;
  const child = spawn(program, ['-q', settingsPath], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && nobody),
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  if (await waitUntilListening(child, port)) return child;
  await killProgram(child);
  throw new Error(`PgBouncer did not start: ${log}`);
}

async function killProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function findProgram(): string {
  // Debian installs it outside an ordinary user's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path));
  if (!found) throw new Error('This test needs PgBouncer. Install it: apt-get install pgbouncer.');
  return found;
}

/** Waits until a program listens or has ended. @returns whether it listens */
async function waitUntilListening(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null) {
    const socket = connectSocket(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return true;
    await sleep(20);
  }
  return false;
}
