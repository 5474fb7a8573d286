import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import { findChildren } from '@restage/fixtures/processes';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/connect.ts';
import { locateBinaries } from '../../src/embedded/binaries.ts';
import { dataDirectory } from '../../src/embedded/cluster.ts';

import { findPostmaster, stopPostmaster } from '../../src/embedded/process/postmaster.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/start.ts';

// Creating a cluster takes a second on an idle machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let parent: string;
const made: string[] = [];
const lines: string[] = [];
const log = (line: string) => {
  lines.push(line);
};

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'restage-embedded-'));
  await chmod(parent, 0o755);
});
afterAll(async () => {
  for (const directory of made) {
    const running = await findPostmaster(dataDirectory(directory));
    if (running) await stopPostmaster(running, dataDirectory(directory));
  }
  await rm(parent, { recursive: true, force: true });
});

const place = (name: string) => {
  const directory = join(parent, name, 'postgres');
  made.push(directory);
  return directory;
};

async function start(directory: string): Promise<Embedded> {
  const started = await startEmbedded({ directory, log, durable: false });
  if (isFailure(started)) throw new Error(started.message);
  return started;
}

async function ask<Answer>(url: string, query: (sql: ReturnType<typeof connect>['sql']) => Promise<Answer>) {
  const connection = connect(url, { max: 1 });
  try {
    return await query(connection.sql);
  } finally {
    await connection.close();
  }
}

/** Starts a server process that starts the database, reports it in one line of output, and waits to be killed. */
function startServerProcess(directory: string, options: { uid?: number; gid?: number } = {}): ChildProcess {
  const program = `
    const { startEmbedded } = await import(${JSON.stringify(new URL('../../src/embedded/start.ts', import.meta.url).href)});
    const started = await startEmbedded({ directory: ${JSON.stringify(directory)}, durable: false, log: () => {} });
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => started.stop().then(() => process.exit(0)));
    console.log(JSON.stringify({ code: started.code, url: started.url, message: started.message }));
    if (started.code === undefined) setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    ...options,
  });
}

async function readReport(child: ChildProcess): Promise<{ code?: string; url: string; message: string }> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.endsWith('\n')) break;
  }
  return JSON.parse(text);
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Kills the process that stops PostgreSQL when its server has ended. */
function killGuard(server: ChildProcess): void {
  const [guard] = findChildren(server.pid ?? 0, 'restage-guard');
  if (guard === undefined) throw new Error('the server has no guard');
  process.kill(guard, 'SIGKILL');
}

describe('PostgreSQL does not outlive its server', () => {
  const gone = (directory: string) =>
    expect.poll(() => findPostmaster(dataDirectory(directory)), { timeout: 30_000 }).toBeUndefined();

  test.each(['SIGKILL', 'SIGQUIT', 'SIGHUP'] as const)('that %s ended', async (signal) => {
    const directory = place(`ended-${signal}`);
    const child = startServerProcess(directory);
    await readReport(child);
    await kill(child, signal);
    await gone(directory);
    // PostgreSQL shut down cleanly, so the next start has nothing to recover.
    expect(await readFile(join(directory, 'cluster', 'postgres.log'), 'utf8')).toContain(
      'database system is shut down',
    );
  });

  test('that was killed before PostgreSQL was ready', async () => {
    const directory = place('ended-early');
    for (let round = 0; round < 3; round += 1) {
      const child = startServerProcess(directory);
      await vi.waitFor(async () => expect(await findPostmaster(dataDirectory(directory))).toBeDefined(), {
        timeout: 30_000,
        interval: 1,
      });
      await kill(child, 'SIGKILL');
      await gone(directory);
    }
  });

  test('whose whole process group was killed', async () => {
    const directory = place('ended-group');
    const child = startServerProcess(directory);
    await readReport(child);
    const ended = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    await gone(directory);
  });

  test('and its guard does not outlive a server that stopped PostgreSQL', async () => {
    const { stop } = await start(place('guarded'));
    const guards = () => findChildren(process.pid, 'restage-guard');
    expect(guards()).toHaveLength(1);
    await stop();
    expect(guards()).toEqual([]);
  });
});

describe('a first start', () => {
  test('creates a database for a plain role on a local port, with a password file that only its owner can read', async () => {
    const directory = place('first');
    const { url, stop } = await start(directory);
    expect(url).toMatch(/^postgres:\/\/restage:[\w-]{32}@127\.0\.0\.1:\d+\/restage\?sslmode=disable$/);
    const password = join(directory, 'cluster', 'password');
    expect((await stat(password)).mode & 0o777).toBe(0o600);
    expect(await readFile(password, 'utf8')).toBe(`${new URL(url).password}\n`);
    const [role] = await ask(url, (sql) => sql`select rolsuper from pg_roles where rolname = current_user`);
    expect(role).toEqual({ rolsuper: false });
    const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
    await expect(ask(wrong, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '28P01' });
    const settings = await ask(
      url,
      (sql) => sql`select name, setting from pg_settings
        where name in ('listen_addresses', 'server_encoding') order by name`,
    );
    expect(settings.map((row) => row.setting)).toEqual(['127.0.0.1', 'UTF8']);
    await stop();
    expect(await readdir(directory)).toEqual(['cluster']);
  });

  test('is durable unless durable is false', async () => {
    const started = await startEmbedded({ directory: place('durable'), log });
    if (isFailure(started)) throw new Error(started.message);
    const settings = await ask(
      started.url,
      (sql) => sql`select setting from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit')`,
    );
    expect(settings.map((row) => row.setting)).toEqual(['on', 'on', 'on']);
    await started.stop();
  });

  test('of several concurrent processes gives the database to one and in-use to the others', async () => {
    const directory = place('race');
    const children = [1, 2, 3].map(() => startServerProcess(directory));
    const answers = await Promise.all(children.map(readReport));
    expect(answers.map((answer) => answer.code).toSorted()).toEqual([
      'DATABASE_IN_USE',
      'DATABASE_IN_USE',
      undefined,
    ]);
    expect(answers.find((answer) => answer.code === 'DATABASE_IN_USE')?.message).toBe(
      `Another Restage server is using ${directory}.`,
    );
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    expect(await readdir(directory)).toEqual(['cluster']);
  });
});

describe('a later start', () => {
  let directory: string;
  const data = () => dataDirectory(directory);

  beforeAll(async () => {
    directory = place('later');
    const { url, stop } = await start(directory);
    await ask(url, (sql) => sql`create table kept as select 42 as answer`);
    await stop();
  });

  const writePidFile = async (content: string) => {
    const { uid, gid } = await stat(data());
    await writeFile(join(data(), 'postmaster.pid'), content, { mode: 0o600 });
    await chown(join(data(), 'postmaster.pid'), uid, gid);
  };

  const expectDataKept = async (url: string) =>
    expect(await ask(url, (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }]);

  test('finds all data after a clean stop', async () => {
    const { url, stop } = await start(directory);
    await expectDataKept(url);
    await stop();
    expect(await findPostmaster(data())).toBeUndefined();
  });

  test('fails at once with in-use while another server uses the directory, without disturbing it', async () => {
    const first = await start(directory);
    const began = performance.now();
    expect(await startEmbedded({ directory, log })).toEqual(
      failWith('DATABASE_IN_USE', `Another Restage server is using ${directory}.`),
    );
    expect(performance.now() - began).toBeLessThan(3000);
    await expectDataKept(first.url);
    await first.stop();
  });

  test('replaces a PostgreSQL that was left running after its server and guard were killed', async () => {
    const child = startServerProcess(directory);
    await readReport(child);
    const running = await findPostmaster(data());
    killGuard(child);
    await kill(child, 'SIGKILL');
    expect(await findPostmaster(data())).toEqual(running);
    lines.length = 0;
    const { url, stop } = await start(directory);
    expect((await findPostmaster(data()))?.pid).not.toBe(running?.pid);
    expect(lines).toEqual(['Replacing the embedded PostgreSQL that was left running.']);
    await expectDataKept(url);
    await stop();
    expect(await findPostmaster(data())).toBeUndefined();
  });

  test('finds all data right after the server was killed, while PostgreSQL shuts down', async () => {
    for (let round = 0; round < 3; round += 1) {
      const child = startServerProcess(directory);
      await readReport(child);
      await kill(child, 'SIGKILL');
      const { url, stop } = await start(directory);
      await expectDataKept(url);
      await stop();
    }
  });

  test('recovers when the server and PostgreSQL were both killed', async () => {
    const child = startServerProcess(directory);
    await readReport(child);
    const running = await findPostmaster(data());
    process.kill(running?.pid ?? 0, 'SIGKILL');
    await kill(child, 'SIGKILL');
    expect(await readFile(join(data(), 'postmaster.pid'), 'utf8')).toContain(String(running?.pid));
    const { url, stop } = await start(directory);
    await expectDataKept(url);
    await stop();
  });

  test('recovers from a stale postmaster.pid that names a running process of the same user', async () => {
    const { uid, gid } = await stat(data());
    const other = spawn('sleep', ['60'], { uid, gid });
    await writePidFile(`${other.pid}\n/somewhere\n1\n5432\n\n127.0.0.1\n\nready\n`);
    const { url, stop } = await start(directory);
    await expectDataKept(url);
    await stop();
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  test('does not stop the PostgreSQL of another directory that a stale postmaster.pid names', async () => {
    const other = place('other');
    const neighbour = await start(other);
    const pidFile = await readFile(join(dataDirectory(other), 'postmaster.pid'), 'utf8');
    await writePidFile(pidFile);
    const { url, stop } = await start(directory);
    expect(new URL(url).port).not.toBe(new URL(neighbour.url).port);
    await expectDataKept(url);
    await stop();
    expect(await ask(neighbour.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await neighbour.stop();
  });

  test.each([
    ['empty', ''],
    ['nonsense', 'nonsense\n'],
  ])('recovers from a stale postmaster.pid that is %s', async (_, content) => {
    await writePidFile(content);
    const { url, stop } = await start(directory);
    await expectDataKept(url);
    await stop();
    expect((await readdir(data())).filter((name) => name.startsWith('postmaster.pid'))).toEqual([]);
  });

  test('PostgreSQL survives a SIGINT to the process group until its server stops it', async () => {
    const child = startServerProcess(directory);
    const { url } = await readReport(child);
    // The child leads its own process group, as under a shell; the whole group gets SIGINT, which the child ignores.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await expectDataKept(url);
    await kill(child, 'SIGTERM');
    expect(await findPostmaster(data())).toBeUndefined();
  });

  test('takes its lock again after a crash inside PostgreSQL', async () => {
    const { url, stop } = await start(directory);
    const running = await findPostmaster(data());
    const [child] = findChildren(running?.pid ?? 0, '');
    if (child === undefined) throw new Error('PostgreSQL has no child process');
    lines.length = 0;
    process.kill(child, 'SIGKILL');
    await expect.poll(() => lines).toEqual([expect.stringContaining('taking its lock again')]);
    await expect
      .poll(() => startEmbedded({ directory, log }), { timeout: 20_000 })
      .toMatchObject({ code: 'DATABASE_IN_USE' });
    await expectDataKept(url);
    await stop();
  });

  test('refuses a cluster of another major version, and a damaged one', async () => {
    const version = join(data(), 'PG_VERSION');
    const before = await readFile(version, 'utf8');
    await writeFile(version, '12\n');
    expect(await startEmbedded({ directory, log })).toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringMatching(/created by PostgreSQL 12, .* includes PostgreSQL 18\./),
    });
    await rm(version);
    expect(await startEmbedded({ directory, log, durable: false })).toEqual(
      failWith(
        'DATABASE_UNUSABLE',
        `The data directory ${directory} holds a damaged database: move its folder cluster away.`,
      ),
    );
    await writeFile(version, before);
    await chown(version, (await stat(data())).uid, (await stat(data())).gid);
  });

  test('removes staging directories of first starts that were killed over ten minutes ago', async () => {
    const stale = join(directory, 'new-stale');
    await mkdir(stale);
    execFileSync('touch', ['-d', '11 minutes ago', stale]);
    await mkdir(join(directory, 'new-fresh'));
    await (await start(directory)).stop();
    expect((await readdir(directory)).toSorted()).toEqual(['cluster', 'new-fresh']);
  });
});

describe('an unusable machine or directory', () => {
  const message = async (directory: string) => {
    const started = await startEmbedded({ directory, log, durable: false });
    if (!isFailure(started)) throw new Error('it started');
    expect(started.code).toBe('DATABASE_UNUSABLE');
    expect(started.message).not.toContain('\n');
    return started.message;
  };

  test('fails with a message when the directory is a file', async () => {
    await writeFile(join(parent, 'file'), '');
    expect(await message(join(parent, 'file', 'postgres'))).toContain('is not a directory');
    expect(await message(join(parent, 'file'))).toContain('is not a directory');
  });

  test('fails with a message on a platform without binaries', () => {
    expect(locateBinaries('sunos-sparc')).toEqual(
      failWith(
        'DATABASE_UNUSABLE',
        'No embedded PostgreSQL is installed for sunos-sparc. Set DATABASE_URL to a PostgreSQL of your own.',
      ),
    );
  });
});

// Only root can switch users, close directories to them, and mount small disks.
describe.runIf(process.platform === 'linux' && process.geteuid?.() === 0)('as root', () => {
  const nobody = { uid: 65534, gid: 65534 };

  test('the database runs inside a directory that its OS user can not enter', async () => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const { url, stop } = await start(place('closed/checkout'));
    expect(await ask(url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    const running = await findPostmaster(dataDirectory(join(closed, 'checkout', 'postgres')));
    expect((await stat(`/proc/${running?.pid}`)).uid).not.toBe(0);
    await stop();
  });

  test('an ordinary user runs it as that user, and so does root afterwards', async () => {
    const directory = place('ordinary');
    await mkdir(join(parent, 'ordinary'));
    await chown(join(parent, 'ordinary'), nobody.uid, nobody.gid);
    const child = startServerProcess(directory, nobody);
    const { code, url } = await readReport(child);
    expect(code).toBeUndefined();
    expect(await ask(url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await kill(child, 'SIGTERM');
    const { stop } = await start(directory);
    const running = await findPostmaster(dataDirectory(directory));
    expect((await stat(`/proc/${running?.pid}`)).uid).toBe(nobody.uid);
    await stop();
  });

  test('fails with a message when an ordinary user may not write the directory', async () => {
    const directory = join(parent, 'closed-to-others', 'postgres');
    await mkdir(join(parent, 'closed-to-others'), { mode: 0o755 });
    const child = startServerProcess(directory, nobody);
    expect(await readReport(child)).toEqual({
      code: 'DATABASE_UNUSABLE',
      message: `The data directory ${directory} is not writable for this user.`,
    });
  });

  test.each([
    [6, 'while the cluster is created'],
    [60, 'after the cluster is created'],
  ])('fails with a message when a disk of %i MB fills up %s', async (megabytes) => {
    const small = join(parent, `small-${megabytes}`);
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', small]);
    const directory = join(small, 'postgres');
    try {
      if (megabytes === 60) {
        await (await start(directory)).stop();
        const { bavail, bsize } = await statfs(small);
        await writeFile(join(small, 'ballast'), new Uint8Array(bavail * bsize));
      }
      const started = await startEmbedded({ directory, log, durable: false });
      expect(started).toEqual(
        failWith(
          'DATABASE_UNUSABLE',
          `There is no space left on the disk of the data directory ${directory}.`,
        ),
      );
      if (megabytes === 6) expect(await readdir(directory)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
