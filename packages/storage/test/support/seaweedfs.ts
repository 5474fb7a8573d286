import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A SeaweedFS that answers to S3, with no identities: any credentials are right. */
export interface SeaweedFs {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startMs = 60_000;

/** Starts the program that RESTAGE_WEED names, or `weed` on the PATH. */
export async function startSeaweedFs(): Promise<SeaweedFs> {
  const directory = await mkdtemp(join(tmpdir(), 'restage-seaweedfs-'));
  const [s3, master, volume, filer] = await findPorts(4);
  const log = createWriteStream(join(directory, 'log'));
  const child = spawn(
    process.env.RESTAGE_WEED || 'weed',
    [
      'server',
      `-dir=${directory}`,
      '-s3',
      `-s3.port=${s3}`,
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      `-master.port=${master}`,
      `-volume.port=${volume}`,
      `-filer.port=${filer}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-master.telemetry=false',
      // Every bucket has volumes of its own, which are files.
      '-master.volumeSizeLimitMB=128',
      '-volume.max=200',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`it exited with ${code ?? signal}`));
  });
  const endpoint = `http://127.0.0.1:${s3}`;
  const failure = await Promise.race([exited, waitUntilReady(endpoint)]);
  if (failure !== undefined || child.pid === undefined) {
    const lines = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
    child.kill('SIGKILL');
    throw new Error(
      `SeaweedFS does not start: ${failure}. RESTAGE_WEED names its program.\n${lines.slice(-2000)}`,
    );
  }
  return {
    endpoint,
    pid: child.pid,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @returns why it is not ready; undefined once it is */
async function waitUntilReady(endpoint: string): Promise<string | undefined> {
  for (const began = Date.now(); Date.now() - began < startMs; await sleep(200)) {
    // Nothing listens yet.
    const response = await fetch(endpoint).catch(() => undefined);
    if (response?.ok) return undefined;
  }
  return `no answer within ${startMs} ms`;
}

/** Finds ports that are free, each together with the one 10,000 above it, which SeaweedFS takes as well. */
async function findPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
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
