import type { VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import { openTestServices } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { getGenerationDetails, processGeneration, startGeneration } from '../../src/index.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

// The engine is the compositor.
const server = await openTestServices();
const { ctx } = server;
const reference_image_uri = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

/** Starts a job and makes one attempt at it. @returns what its details say was understood, before and after */
async function readUnderstood(input: Partial<VerbInput<'generations.start'>>, engine = ctx.engine) {
  const { id: accountId } = await server.account();
  const caller = asAccount(ctx, accountId);
  const job = await startGeneration(caller, tinyStart(input));
  if (isFailure(job)) throw new Error(job.message);
  const read = async () => {
    const details = await getGenerationDetails(caller, { id: job.id });
    if (isFailure(details)) throw new Error(details.message);
    return details.understood;
  };
  const before = await read();
  await processGeneration({ ...ctx, engine }, job.id, new AbortController().signal);
  return { before, after: await read() };
}

test('the details of a completed job list the phrases of its prompt that were understood, with their effects', async () => {
  const prompt = 'A xyzzy  Beach at golden hour, no fog, soft';
  expect(await readUnderstood({ prompt })).toEqual({
    before: [],
    after: [
      { phrase: 'Beach', effect: 'place: beach' },
      { phrase: 'golden hour', effect: 'time of day: golden hour' },
      { phrase: 'no fog', effect: 'no effect: fog is negated' },
      { phrase: 'soft', effect: 'light: soft' },
    ],
  });
  expect(JSON.stringify(server.lines)).not.toMatch(/beach/i);
});

test('a reference image leaves a place of the prompt without effect', async () => {
  const { after } = await readUnderstood({ prompt: 'beach, sunset', reference_image_uri });
  expect(after).toEqual([
    { phrase: 'beach', effect: 'no effect: the reference image is the scene' },
    { phrase: 'sunset', effect: 'time of day: sunset' },
  ]);
});

test.each([
  ['without a prompt', { prompt: undefined, reference_image_uri }],
  ['whose prompt holds no word of the vocabulary', { prompt: 'xyzzy' }],
])('the details of a completed job %s list nothing as understood', async (_name, input) => {
  expect((await readUnderstood(input)).after).toEqual([]);
});

test('the details of a failed job list nothing as understood', async () => {
  expect((await readUnderstood({ prompt: 'a beach' }, createStubEngine('fails'))).after).toEqual([]);
});
