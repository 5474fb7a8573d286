import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '@restage/contract';
import type { TestDatabase } from '@restage/db/testing';
import { afterEach, beforeEach, expect, inject, vi } from 'vitest';

/** A server program that runs. */
export interface Program {
  readonly child: ChildProcess;
  /** Its standard output so far. */
  readonly out: () => string;
  /** Its standard error so far. */
  readonly log: () => string;
  /** Its exit code; null if a signal ended it. */
  readonly exit: Promise<number | null>;
}

let directory = '';
const programs: Program[] = [];

/**
 * Gives each test of the calling file a folder with the data directory `data` in it, and stops its programs afterwards.
 * @returns gives the folder of the current test
 */
export function usePrograms(): () => string {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'restage-roles-'));
  });
  afterEach(async () => {
    for (const { child, exit } of programs.splice(0)) {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exit;
    }
    await rm(directory, { recursive: true, force: true });
  });
  return () => directory;
}

/** Writes a program of this name that runs node with its arguments and waits for it. @returns its path */
export async function writeLauncher(name: string): Promise<string> {
  const path = join(directory, name);
  const script = `require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });`;
  await writeFile(path, script);
  return path;
}

/**
 * Runs the server's program in a process group of its own, as a terminal does.
 * @param launcher a script to run instead, which gets the program and its arguments
 * @param server the program, by default that of this version
 */
export function runServer(
  args: readonly string[],
  env: Record<string, string> = {},
  launcher?: string,
  server: string = inject('restageServer'),
): Program {
  const child = spawn(process.execPath, [...(launcher === undefined ? [] : [launcher]), server, ...args], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', RESTAGE_DATA_DIR: join(directory, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const text = { out: '', log: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.log += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const program: Program = { child, out: () => text.out, log: () => text.log, exit };
  programs.push(program);
  return program;
}

/** Waits until a server serves. @returns its address and, on a first start, its key */
export async function waitUntilServing(program: Program): Promise<{ url: string; key: string }> {
  await vi.waitFor(() => expect(program.out()).toContain('Ctrl-C'), { timeout: 30_000, interval: 20 });
  const url = /(?:on|at) (http\S+?)(?:\/readyz)?$/m.exec(program.out())?.[1] ?? '';
  return { url, key: /^rsk_\S+$/m.exec(program.out())?.[0] ?? '' };
}

const samplePath = new URL('../../../../samples/subject.jpg', import.meta.url);

/**
 * Starts a job with alpha mode auto.
 * @param source the bytes of a PNG; default: the sample, which takes about a second
 * @returns its id
 */
export async function startJob(url: string, key: string, source?: Buffer): Promise<string> {
  const bytes = source ?? (await readFile(samplePath));
  const answer = await fetch(`${url}/v1/switchx/generations`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({
      generation_type: 'image',
      alpha_mode: 'auto',
      source_uri: `data:image/${source ? 'png' : 'jpeg'};base64,${bytes.toString('base64')}`,
      prompt: 'golden hour on a beach',
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Job).id;
}

/** The job as it is now; with `wait`, once it has ended or after that many seconds. */
export async function getJob(url: string, key: string, id: string, wait?: number): Promise<Job> {
  const prefer: Record<string, string> = wait === undefined ? {} : { prefer: `wait=${wait}` };
  const headers = { 'x-api-key': key, ...prefer };
  return (await (await fetch(`${url}/v1/switchx/generations/${id}`, { headers })).json()) as Job;
}

/** Starts a worker and waits until it renders this attempt at the job. */
export async function startRenderingWorker(
  { url, sql }: TestDatabase,
  id: string,
  attempt: number,
): Promise<Program> {
  const worker = runServer(['serve', '--role', 'worker'], { DATABASE_URL: url });
  await waitUntilServing(worker);
  await vi.waitFor(
    async () => {
      const [row] = await sql`select status, attempt from generations where id = ${id}`;
      expect(row).toEqual({ status: 'processing', attempt });
    },
    { timeout: 30_000, interval: 10 },
  );
  return worker;
}
