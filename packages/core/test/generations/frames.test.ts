import { accounts, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import {
  type BuiltEdit,
  buildMovie,
  frameTicks,
  makePng,
  plainMovie,
  plainSamples,
} from '@restage/media/testing';
import { openTestServices } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { getGenerationDetails, quoteGeneration, startGeneration } from '../../src/index.ts';
import { asAccount, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
const { ctx } = server;

/** A video of some stored frames, of which an edit list may show others. */
function video(frames: number, edits: readonly BuiltEdit[] = []): string {
  const bytes = buildMovie(plainMovie(plainSamples(frames), { edits }));
  return `data:video/mp4;base64,${bytes.toString('base64')}`;
}

const start = (source_uri: string) =>
  tinyStart({ generation_type: 'video', max_resolution: 720, source_uri });

test.each<[string, number, readonly BuiltEdit[], number, number]>([
  ['as they are', 48, [], 48, 6],
  ['without their end', 200, [{ duration: 2083, mediaTime: 0 }], 50, 6],
  ['a few of many', 400, [{ duration: 4166, mediaTime: 50 * frameTicks }], 100, 12],
  ['five times over', 48, Array(5).fill({ duration: 2000, mediaTime: 0 }), 240, 24],
])(
  'frames that are shown %s are what is quoted, recorded and charged',
  async (_name, stored, edits, frames, cost) => {
    const { id } = await server.account({ credits: 100 });
    const input = start(video(stored, edits));
    expect(await quoteGeneration(asAccount(ctx, id), input)).toMatchObject({ frames, cost });
    const job = await startGeneration(asAccount(ctx, id), input);
    if (isFailure(job)) throw new Error(job.message);
    const [row] = await ctx.db.select().from(generations).where(eq(generations.id, job.id));
    expect(row).toMatchObject({ frames, cost });
    const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
    expect(account?.balance).toBe(100 - cost);
  },
);

test('a video that shows more than 240 frames is refused with their number, however few are stored', async () => {
  const { id } = await server.account({ credits: 100_000 });
  const input = start(video(48, Array(400).fill({ duration: 2000, mediaTime: 0 })));
  for (const outcome of [
    await quoteGeneration(asAccount(ctx, id), input),
    await startGeneration(asAccount(ctx, id), input),
  ])
    expect(outcome).toMatchObject({
      code: 'VIDEO_TOO_MANY_FRAMES',
      param: 'source_uri',
      message: expect.stringContaining('19200 frames'),
    });
});

test('a matte that shows another number of frames is refused with both numbers', async () => {
  const { id } = await server.account({ credits: 100 });
  const source_uri = video(48);
  const matte = (edits: readonly BuiltEdit[]) => ({
    ...start(source_uri),
    alpha_mode: 'custom' as const,
    alpha_uri: video(48, edits),
  });
  const trimmed = matte([{ duration: 1000, mediaTime: 0 }]);
  for (const outcome of [
    await quoteGeneration(asAccount(ctx, id), trimmed),
    await startGeneration(asAccount(ctx, id), trimmed),
  ])
    expect(outcome).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'alpha_uri',
      message: expect.stringMatching(/24 frames.*48/),
    });
  expect(await quoteGeneration(asAccount(ctx, id), matte([]))).toMatchObject({ frames: 48 });
});

test('the frame of a matte is recorded, told in the details, and part of what a repeated request is compared by', async () => {
  const { id } = await server.account({ credits: 100 });
  const account = asAccount(ctx, id);
  const select = {
    ...start(video(48)),
    alpha_mode: 'select' as const,
    alpha_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
    idempotency_key: 'once',
  };
  const input = { ...select, alpha_keyframe_index: 47 };
  expect(await quoteGeneration(account, input)).toMatchObject({ frames: 48, cost: 6 });
  const job = await startGeneration(account, input);
  if (isFailure(job)) throw new Error(job.message);
  expect(job).toMatchObject({ alpha_mode: 'select' });
  const details = await getGenerationDetails(account, { id: job.id });
  expect(details).toMatchObject({ alpha_mode: 'select', alpha_keyframe_index: 47 });
  expect(await startGeneration(account, input)).toMatchObject({ id: job.id });
  expect(await startGeneration(account, { ...input, alpha_keyframe_index: 46 })).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
    message: expect.stringContaining('alpha_keyframe_index'),
  });
  const [row] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(row?.balance).toBe(94);
});

test('the frame of a matte that the source does not have is refused, and nothing is charged', async () => {
  const { id } = await server.account({ credits: 100 });
  const input = {
    ...start(video(48)),
    alpha_mode: 'select' as const,
    alpha_uri: `data:image/png;base64,${makePng(8, 8).toString('base64')}`,
    alpha_keyframe_index: 48,
  };
  for (const outcome of [
    await quoteGeneration(asAccount(ctx, id), input),
    await startGeneration(asAccount(ctx, id), input),
  ])
    expect(outcome).toMatchObject({
      code: 'INVALID_REQUEST',
      param: 'alpha_keyframe_index',
      message: 'alpha_keyframe_index must be from 0 to 47, the frames of source_uri; received 48.',
    });
  const [row] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(row?.balance).toBe(100);
});
