import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { TestDatabase } from '@restage/db/testing';
import { type GenerationsStartInput, type Job, Restage } from '@restage/sdk';
import { vi } from 'vitest';

/** Reads a file of the repository's samples, to be uploaded. */
async function readSample(name: string): Promise<File> {
  const path = fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
  return new File([await readFile(path)], name);
}

/** Starts an image job, or, from a sample that is a video, a video job. */
export async function startJob(
  api: Restage,
  prompt: string,
  { source = 'subject.jpg', ...input }: Partial<GenerationsStartInput> & { source?: string } = {},
  simulate?: 'job-failed' | 'stall',
): Promise<Job> {
  const { beeble_uri } = await api.uploads.upload(await readSample(source));
  return api.generations.start(
    {
      generation_type: source.endsWith('.mp4') ? 'video' : 'image',
      alpha_mode: 'fill',
      max_resolution: 720,
      source_uri: beeble_uri,
      prompt,
      ...input,
    },
    simulate && { simulate },
  );
}

/** The API of the same account with a test key, whose jobs can be made to fail. */
export async function createTestApi(api: Restage, baseUrl: string): Promise<Restage> {
  const { key } = await api.keys.create({ name: 'simulations', mode: 'test' });
  return new Restage({ apiKey: key, baseUrl });
}

/** Waits until a job has ended, well or not. */
export async function waitForEnd(api: Restage, { id }: Job): Promise<Job> {
  let job: Job | undefined;
  await vi.waitUntil(
    async () => {
      job = await api.generations.get(id, {});
      return job.completed_at !== null;
    },
    { timeout: 60_000, interval: 100 },
  );
  return job as Job;
}

/**
 * Writes old completed jobs into the database, with the files of a completed one. The prompt of the oldest is `Job 1`.
 * @param count at most 9999
 */
export async function seedJobs({ sql }: TestDatabase, like: Job, count: number): Promise<void> {
  await sql`
    insert into generations (
      id, account_id, status, progress, generation_type, alpha_mode, max_resolution, prompt, seed, inputs, outputs,
      width, height, frames, cost, fingerprint, attempt, created_at, modified_at, completed_at
    )
    select
      'swx_' || lpad(n::text, 26, '0'), account_id, status, progress, generation_type, alpha_mode, max_resolution,
      'Job ' || n, n, inputs, outputs, width, height, frames, cost, fingerprint, attempt,
      made, made, made
    from generations
    cross join generate_series(1, ${count}::int) as n
    cross join lateral (select now() - interval '2 hours' - (${count}::int - n) * interval '1 minute' as made) as times
    where id = ${like.id}`;
}
