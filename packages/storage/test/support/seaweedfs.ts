import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A SeaweedFS that answers to S3, with no identities: any credentials are right. */
export interface SeaweedFs {
  readonly endpoint: string;
  /** Of the running program. */
  pid(): number;
  /** Ends the program without a shutdown, and starts it again on the same ports with what it has on disk. */
  restart(): Promise<void>;
  /** Runs commands of its administration shell. @returns what it printed */
  runShell(...commands: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const startMs = 60_000;

const program = process.env.RESTAGE_WEED || 'weed';

/** Starts the program that RESTAGE_WEED names, or `weed` on the PATH. */
export async function startSeaweedFs(): Promise<SeaweedFs> {
  const directory = await mkdtemp(join(tmpdir(), 'restage-seaweedfs-'));
  const [s3 = 0, master, volume, filer] = await findPorts(4);
  const launch = () =>
    launchProgram(directory, s3, [
      `-s3.port=${s3}`,
      `-master.port=${master}`,
      `-volume.port=${volume}`,
      `-filer.port=${filer}`,
    ]);
  let child = await launch();
  return {
    endpoint: `http://127.0.0.1:${s3}`,
    pid: () => child.pid ?? 0,
    async restart() {
      await killProgram(child);
      child = await launch();
    },
    async runShell(...commands) {
      const shell = spawn(program, ['shell', `-master=127.0.0.1:${master}`, `-filer=127.0.0.1:${filer}`], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      shell.stdin.end(`${commands.join('\n')}\n`);
      return text(shell.stdout);
    },
    async stop() {
      await killProgram(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @throws if it does not answer on its port for S3 */
async function launchProgram(
  directory: string,
  s3Port: number,
  ports: readonly string[],
): Promise<ChildProcess> {
  const log = createWriteStream(join(directory, 'log'), { flags: 'a' });
  const child = spawn(
    program,
    [
      'server',
      `-dir=${directory}`,
      '-s3',
      ...ports,
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-master.telemetry=false',
      // Every bucket has volumes of its own, which are files.
      '-master.volumeSizeLimitMB=128',
      '-volume.max=200',
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Without the credentials of AWS, of which it would make an identity.
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    },
  );
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`it exited with ${code ?? signal}`));
  });
  const failure = await Promise.race([exited, waitUntilReady(`http://127.0.0.1:${s3Port}`)]);
  if (failure === undefined) return child;
  child.kill('SIGKILL');
  const lines = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
  throw new Error(
    `SeaweedFS does not start: ${failure}. RESTAGE_WEED names its program.\n${lines.slice(-2000)}`,
  );
}

async function killProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** @returns why it is not ready; undefined once it is */
async function waitUntilReady(endpoint: string): Promise<string | undefined> {
  for (const began = Date.now(); Date.now() - began < startMs; await sleep(200)) {
    // Nothing listens yet, or what listens does not answer.
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (response?.ok) return undefined;
  }
  return `no answer within ${startMs} ms`;
}

/**
 * Finds ports that are free, each together with the one 10,000 above it, which SeaweedFS takes as well. Below the ports of
 * outgoing connections, one of which could take a port during a restart.
 */
async function findPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    const isFresh = ports.every((other) => other !== port && Math.abs(other - port) !== 10_000);
    if (isFresh && (await isFree(port)) && (await isFree(port + 10_000))) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
