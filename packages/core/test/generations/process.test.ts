import type { Engine } from '@restage/engine';
import { failWith, isFailure } from '@restage/errors';
import { openTestServices } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { processGeneration, startGeneration } from '../../src/index.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
const { ctx } = server;

// An engine would wait for a signal that has come already.
test('an attempt that is aborted while its inputs are checked does not start the engine', async () => {
  const { id } = await server.account();
  const job = await startGeneration(asAccount(ctx, id), tinyStart());
  if (isFailure(job)) throw new Error(job.message);
  const aborting = new AbortController();
  const inspect: typeof ctx.media.inspect = async (...input) => {
    const probe = await ctx.media.inspect(...input);
    aborting.abort();
    return probe;
  };
  let renders = 0;
  const engine: Engine = {
    ...createStubEngine('renders'),
    async render() {
      renders++;
      return failWith('CANCELLED', 'as the test asked');
    },
  };
  const worker = { ...ctx, engine, media: { ...ctx.media, inspect } };
  await expect(processGeneration(worker, job.id, aborting.signal)).rejects.toThrow('aborted');
  expect(renders).toBe(0);
});
