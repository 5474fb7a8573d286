import { isId, type Job, type VerbInput } from '@restage/contract';
import { generationEvents } from '@restage/db';
import { isFailure } from '@restage/errors';
import { and, asc, desc, eq, gt } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { isActiveKey } from '../keys/verify.ts';
import { isTerminal, noSuchJob } from './internal.ts';
import { listenToGeneration } from './listen.ts';
import { toJob } from './present.ts';
import { findJobRow, type JobRow } from './row.ts';

/** How often a stream asks whether its key is still good: one that was revoked ends it within five seconds. */
const keyMilliseconds = 4000;

/** A job as it was when something happened to it. */
export interface JobEvent {
  /** Rises along a job's events; a stream is resumed after it. */
  readonly id: string;
  readonly data: Job;
}

type Recorded = typeof generationEvents.$inferSelect;

/** The events of a job that has ended, after its last one: none. A transport can tell before it begins a stream. */
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
  const generation = await findJobRow(ctx, id);
  if (isFailure(generation)) return generation;
  const isOver =
    lastEventId !== undefined &&
    isTerminal(generation.status) &&
    (await isAtEnd(ctx, id, Number(lastEventId)));
  return isOver ? noMoreEvents : follow(ctx, id, lastEventId);
}

async function* follow(
  ctx: AccountContext,
  id: string,
  lastEventId: string | undefined,
): AsyncGenerator<JobEvent, void> {
  const ear = listenToGeneration(ctx, id);
  try {
    let last = lastEventId === undefined ? undefined : Number(lastEventId);
    // The caller was let in on a key that may have been looked up seconds ago, so it is looked up at once.
    let askAgainAt = 0;
    while (!ear.done) {
      if (performance.now() >= askAgainAt) {
        askAgainAt = performance.now() + keyMilliseconds;
        if (ctx.credentials && !(await isActiveKey(ctx, ctx.credentials))) return;
      }
      const events = last === undefined ? await latestEvent(ctx, id) : await eventsAfter(ctx, id, last);
      const generation = await findJobRow(ctx, id);
      if (isFailure(generation)) return;
      for (const event of events) yield { id: String(event.id), data: jobAt(ctx, generation, event) };
      // A job from before events were kept has none; what can be told of it is how it is.
      if (last === undefined && events.length === 0) yield { id: '0', data: toJob(ctx, generation) };
      last = events.at(-1)?.id ?? last ?? 0;
      // An end that came after the events were read is told on the next turn.
      const told = events.at(-1)?.status;
      if (told ? isTerminal(told) : isTerminal(generation.status) && (await isAtEnd(ctx, id, last))) return;
      await ear.stirred(askAgainAt - performance.now());
    }
  } finally {
    ear.close();
  }
}

const ofJob = (id: string) => eq(generationEvents.generationId, id);

async function latestEvent(ctx: AccountContext, id: string): Promise<Recorded[]> {
  return ctx.db.select().from(generationEvents).where(ofJob(id)).orderBy(desc(generationEvents.id)).limit(1);
}

async function eventsAfter(ctx: AccountContext, id: string, last: number): Promise<Recorded[]> {
  return ctx.db
    .select()
    .from(generationEvents)
    .where(and(ofJob(id), gt(generationEvents.id, last)))
    .orderBy(asc(generationEvents.id));
}

async function isAtEnd(ctx: AccountContext, id: string, last: number): Promise<boolean> {
  return (await eventsAfter(ctx, id, last)).length === 0;
}

/** The job as an event found it. What only an end sets is not yet there before the end. */
function jobAt(ctx: AccountContext, now: JobRow, event: Recorded): Job {
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
