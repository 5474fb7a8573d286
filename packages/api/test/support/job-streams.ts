import type { Job } from '@restage/contract';
import { processGeneration } from '@restage/core';
import { generations } from '@restage/db';
import { readFixture } from '@restage/fixtures';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { afterEach, expect, vi } from 'vitest';
import { upload } from './uploads.ts';

/** An event of a stream. */
export interface JobEvent {
  readonly id: string;
  readonly event: string;
  readonly job: Job;
}

/** Starts a server without a worker for the calling test file, with helpers to start, render and watch jobs. */
export async function openJobStreams() {
  const engine = controllableEngine();
  const server = await openTransports({ work: false, engine });
  const { ctx, transports, url } = server;
  const [caller] = transports;
  const owner = await server.account({ credits: 10_000 });
  const source_uri = await upload(caller, owner.key, 'cat.png', await readFixture('cat.png'));
  const headers = { 'x-api-key': owner.key };

  const controllers: AbortController[] = [];
  afterEach(async () => {
    for (const controller of controllers.splice(0)) controller.abort();
    await vi.waitFor(() => expect(ctx.changes.size).toBe(0), { timeout: 3000 });
  });

  /** Starts a job, which stays queued. */
  async function start(): Promise<string> {
    const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
    const outcome = await caller.call('generations.start', sent, owner.key);
    if (!outcome.ok) throw new Error(outcome.code);
    return outcome.output.id;
  }

  let renderCount = 0;
  /** Lets a worker claim a job, and waits until it renders. */
  async function startWorker(id: string): Promise<{ ended: Promise<boolean> }> {
    const ended = processGeneration(ctx, id, new AbortController().signal);
    renderCount += 1;
    await engine.started(renderCount);
    await vi.waitFor(async () => {
      const [job] = await ctx.db.select().from(generations).where(eq(generations.id, id));
      expect(job?.status).toBe('processing');
    });
    return { ended };
  }

  /** Cancels a job. */
  async function cancel(id: string): Promise<void> {
    await caller.call('generations.cancel', { id }, owner.key);
  }

  /** Opens the event stream of a job. */
  async function openStream(id: string, more: Record<string, string> = {}) {
    const controller = new AbortController();
    controllers.push(controller);
    const response = await fetch(`${url}/v1/switchx/generations/${id}/events`, {
      headers: { ...headers, ...more },
      signal: controller.signal,
    });
    return { response, controller, events: readEvents(response) };
  }

  /** Renders a job with several progress reports, and returns its events. */
  async function renderAndWatch(): Promise<{ id: string; events: JobEvent[] }> {
    const id = await start();
    const { events } = await openStream(id);
    // The worker starts after the first event.
    const first = await readNext(events);
    const collected = collect(events);
    const { ended } = await startWorker(id);
    for (const fraction of [0.2, 0.5, 0.8, 1]) {
      await sleep(520);
      engine.advance(fraction);
    }
    await ended;
    return { id, events: [first, ...(await collected)] };
  }

  return { server, owner, headers, start, cancel, openStream, renderAndWatch };
}

async function* readEvents(response: Response): AsyncGenerator<JobEvent, void> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: ?(.*)/s)),
      );
      text = text.slice(end + 2);
      if (fields.data) yield { id: fields.id, event: fields.event, job: JSON.parse(fields.data) as Job };
    }
  }
}

/** Collects all items of a stream. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const seen: Item[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

/** Writes an event as its status and progress. */
export const summarize = ({ job }: JobEvent) => `${job.status} ${job.progress}`;

/** Reads the next event of a stream that has not ended. */
export const readNext = async (events: AsyncGenerator<JobEvent, void>) => {
  const { value } = await events.next();
  if (!value) throw new Error('The stream has ended.');
  return value;
};

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
