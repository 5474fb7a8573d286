import { isId, type JobDetails, limits, type VerbInput } from '@restage/contract';
import { generationEvents, type StoredInput } from '@restage/db';
import { isFailure } from '@restage/errors';
import { asc, eq } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { presentJob } from './present.ts';
import { findGeneration, type Generation, isTerminal, noSuchJob } from './row.ts';

/** The account's job with everything that is known of it. Its URLs are fresh, and valid for 72 hours. */
export async function getGenerationDetails(ctx: AccountContext, input: VerbInput<'generations.details'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  const generation = await findGeneration(ctx, input.id);
  if (isFailure(generation)) return generation;
  const [job, events] = await Promise.all([
    presentJob(ctx, generation),
    ctx.db
      .select({
        status: generationEvents.status,
        progress: generationEvents.progress,
        at: generationEvents.createdAt,
      })
      .from(generationEvents)
      .where(eq(generationEvents.generationId, generation.id))
      .orderBy(asc(generationEvents.id)),
  ]);
  const begun = events.findLast(({ status, progress }) => status === 'processing' && progress === 0);
  const details: JobDetails = {
    ...job,
    ...toFacts(ctx, generation),
    attempts: generation.attempt,
    started_at: begun?.at.toISOString() ?? null,
    understood: [...(generation.understood ?? [])],
    events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
  };
  return details;
}

/** What a job was asked for, what it costs, and where its inputs can be fetched. */
export function toFacts(ctx: AccountContext, generation: Generation) {
  return {
    prompt: generation.prompt,
    alpha_keyframe_index: generation.alphaKeyframeIndex,
    max_resolution: generation.maxResolution,
    width: generation.width,
    height: generation.height,
    frames: generation.frames,
    cost: generation.cost,
    test_mode: generation.testMode,
    inputs: toInputUrls(ctx, generation),
  };
}

/** Where the inputs of a job can be fetched. */
function toInputUrls(ctx: AccountContext, generation: Generation): JobDetails['inputs'] {
  const { source, alpha, reference } = generation.inputs;
  return {
    source: toInputUrl(ctx, generation, source),
    alpha: toInputUrl(ctx, generation, alpha),
    reference: toInputUrl(ctx, generation, reference),
  };
}

/** Where an input can be fetched: signed where the bytes are here, as it was given where they are elsewhere. */
function toInputUrl(
  ctx: AccountContext,
  { status }: Generation,
  input: StoredInput | undefined,
): string | null {
  if (!input) return null;
  if (input.kind === 'https') return input.url;
  // What was part of a request is kept until its job has ended.
  if (input.key.startsWith('inputs/') && isTerminal(status)) return null;
  const expiresAt = new Date(ctx.now() + limits.downloadUrlSeconds * 1000);
  return ctx.urls.sign({ method: 'GET', path: `/files/${input.key}`, expiresAt });
}
