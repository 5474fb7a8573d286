import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '@restage/contract';
import type { TestDatabase } from '@restage/db/testing';
import { afterEach, beforeEach, expect, inject, vi } from 'vitest';

/** A server program, what it has printed, and what comes when it has ended. */
export interface Program {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly log: () => string;
  readonly exit: Promise<number | null>;
}

let directory = '';
const programs: Program[] = [];

/**
 * Gives each test of the calling file a folder, with the data directory `data` in it, and ends its programs after it.
 * @returns what tells the folder
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

/**
 * Runs the program in a process group of its own, as a terminal does.
 * @param launcher a script that is run in its place, with what it is to run as its arguments
 */
export function run(args: readonly string[], env: Record<string, string> = {}, launcher?: string): Program {
  const child = spawn(
    process.execPath,
    [...(launcher === undefined ? [] : [launcher]), inject('restageServer'), ...args],
    {
      env: { PATH: process.env.PATH ?? '', PORT: '0', RESTAGE_DATA_DIR: join(directory, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
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

/** Waits until a program is up; gives its address and, on a first start, its key. */
export async function up(program: Program): Promise<{ url: string; key: string }> {
  await vi.waitFor(() => expect(program.out()).toContain('Ctrl-C'), { timeout: 30_000, interval: 20 });
  const url = /on (http\S+?)(?:\/readyz)?$/m.exec(program.out())?.[1] ?? '';
  return { url, key: /^rsk_\S+$/m.exec(program.out())?.[0] ?? '' };
}

/** Starts a job that renders the sample, for a second or so. Gives its id. */
export async function start(url: string, key: string): Promise<string> {
  const bytes = await readFile(new URL('../../../../samples/subject.jpg', import.meta.url));
  const answer = await fetch(`${url}/v1/switchx/generations`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({
      generation_type: 'image',
      alpha_mode: 'auto',
      source_uri: `data:image/jpeg;base64,${bytes.toString('base64')}`,
      prompt: 'golden hour on a beach',
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Job).id;
}

/** The job as it is; with `wait`, as it is once it has ended or so many seconds are over. */
export async function get(url: string, key: string, id: string, wait?: number): Promise<Job> {
  const prefer: Record<string, string> = wait === undefined ? {} : { prefer: `wait=${wait}` };
  const headers = { 'x-api-key': key, ...prefer };
  return (await (await fetch(`${url}/v1/switchx/generations/${id}`, { headers })).json()) as Job;
}

/** Starts a worker, and waits until it renders the job for its `attempt`-th time. */
export async function renderingBy({ url, sql }: TestDatabase, id: string, attempt: number): Promise<Program> {
  const worker = run(['serve', '--role', 'worker'], { DATABASE_URL: url });
  await up(worker);
  await vi.waitFor(
    async () => {
      const [row] = await sql`select status, attempt from generations where id = ${id}`;
      expect(row).toEqual({ status: 'processing', attempt });
    },
    { timeout: 30_000, interval: 10 },
  );
  return worker;
}
