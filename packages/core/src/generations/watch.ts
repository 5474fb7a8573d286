import { isId, type Job, type VerbInput } from '@restage/contract';
import { generationEvents } from '@restage/db';
import { isFailure } from '@restage/errors';
import { and, asc, desc, eq, gt } from 'drizzle-orm';
import { createChangeWaiter } from '../change-waiter.ts';
import type { AccountContext } from '../context.ts';
import { isActiveKey } from '../keys/verify.ts';
import { toJob } from './present.ts';
import { findJobRow, isTerminal, type JobRow, noSuchJob } from './row.ts';

/** How often a stream verifies its key again: a revoked key ends it within five seconds. */
const keyIntervalMs = 4000;

/** A job as it was when something happened to it. */
export interface JobEvent {
  /** Rises along a job's events; a stream is resumed after it. */
  readonly id: string;
  readonly data: Job;
}

type EventRow = typeof generationEvents.$inferSelect;

/** No events: the job has ended, and its last event has been seen. A transport recognises it before it begins a stream. */
export const noMoreEvents: AsyncIterable<never> = { async *[Symbol.asyncIterator]() {} };

/**
 * The job as it is now and at every change from now on, or at every change after the event seen last, until it has
 * ended. It ends early when the caller is gone, its key is revoked, or this process is about to stop: the caller then
 * comes back with the last id, if it may.
 * @returns the events as they come; {@link noMoreEvents} when the job has ended and its last event has been seen
 */
export async function watchGeneration(ctx: AccountContext, input: VerbInput<'generations.watch'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  const { id, lastEventId } = input;
  const job = await findJobRow(ctx, id);
  if (isFailure(job)) return job;
  const isOver =
    lastEventId !== undefined && isTerminal(job.status) && (await isLastEvent(ctx, id, Number(lastEventId)));
  return isOver ? noMoreEvents : follow(ctx, id, lastEventId);
}

async function* follow(
  ctx: AccountContext,
  id: string,
  lastEventId: string | undefined,
): AsyncGenerator<JobEvent, void> {
  const waiter = createChangeWaiter(ctx.changes, id, ctx.signal?.());
  try {
    let last = lastEventId === undefined ? undefined : Number(lastEventId);
    // At once, since the caller was authenticated from a cache that may be seconds old.
    let verifyKeyAt = 0;
    while (!waiter.isDone) {
      if (performance.now() >= verifyKeyAt) {
        verifyKeyAt = performance.now() + keyIntervalMs;
        if (ctx.credentials && !(await isActiveKey(ctx, ctx.credentials))) return;
      }
      const events = last === undefined ? await latestEvent(ctx, id) : await eventsAfter(ctx, id, last);
      const job = await findJobRow(ctx, id);
      if (isFailure(job)) return;
      for (const event of events) yield { id: String(event.id), data: toJobAt(ctx, job, event) };
      // A job from before events were recorded has none: its current state stands for them.
      if (last === undefined && events.length === 0) yield { id: '0', data: toJob(ctx, job) };
      last = events.at(-1)?.id ?? last ?? 0;
      // If the job ended after its events were read, the next round sends that event.
      const sent = events.at(-1)?.status;
      if (sent ? isTerminal(sent) : isTerminal(job.status) && (await isLastEvent(ctx, id, last))) return;
      await waiter.nextChange(verifyKeyAt - performance.now());
    }
  } finally {
    waiter.close();
  }
}

const ofJob = (id: string) => eq(generationEvents.generationId, id);

async function latestEvent(ctx: AccountContext, id: string): Promise<EventRow[]> {
  return ctx.db.select().from(generationEvents).where(ofJob(id)).orderBy(desc(generationEvents.id)).limit(1);
}

async function eventsAfter(ctx: AccountContext, id: string, last: number): Promise<EventRow[]> {
  return ctx.db
    .select()
    .from(generationEvents)
    .where(and(ofJob(id), gt(generationEvents.id, last)))
    .orderBy(asc(generationEvents.id));
}

async function isLastEvent(ctx: AccountContext, id: string, last: number): Promise<boolean> {
  return (await eventsAfter(ctx, id, last)).length === 0;
}

/** The job at the time of an event: before the last one, without what only its end sets. */
function toJobAt(ctx: AccountContext, now: JobRow, event: EventRow): Job {
  if (isTerminal(event.status)) return toJob(ctx, now);
  const { status, progress, createdAt: modifiedAt } = event;
  return toJob(ctx, {
    ...now,
    status,
    progress,
    modifiedAt,
    outputs: null,
    error: null,
    completedAt: null,
  });
}
