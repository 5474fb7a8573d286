import { fixtureUrl } from '@restage/fixtures';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { type Job, Restage, safe } from '../../src/index.ts';

const engine = controllableEngine();
const server = await openTransports({ engine });
const { key } = await server.account();
const restage = new Restage({ apiKey: key, baseUrl: server.url });
const upload = await restage.uploads.upload(fixtureUrl('cat.png'));
const input = {
  generation_type: 'image',
  alpha_mode: 'fill',
  source_uri: upload.beeble_uri,
  prompt: 'snow',
} as const;

test('generations.quote and quote return the cost of a start, and refuse one over max_cost', async () => {
  const quote = await restage.generations.quote({ ...input, max_resolution: 720 });
  expect(quote).toMatchObject({ cost: 1, balance: 1000, frames: 1, width: 451, height: 300 });
  const source = fixtureUrl('cat.png');
  expect(await restage.quote({ source, prompt: 'snow' })).toMatchObject({ cost: 3, balance: 1000 });
  const { error } = await safe(restage.quote({ source, prompt: 'snow', max_cost: 2 }));
  expect(error?.code).toBe('MAX_COST_EXCEEDED');
});

test('generations.cancel ends the watch of the job, refunds it, and can be repeated', async () => {
  const { id } = await restage.generations.start(input);
  const watch = restage.generations.watch(id);
  expect((await watch.next()).value).toMatchObject({ id });
  expect(await restage.generations.cancel(id)).toMatchObject({ id, status: 'cancelled' });
  let last: Job | undefined;
  for await (const job of watch) last = job;
  expect(last).toMatchObject({ status: 'cancelled' });
  expect(await restage.generations.cancel(id)).toMatchObject({ status: 'cancelled' });
  expect((await safe(restage.generations.wait(id))).error?.code).toBe('JOB_CANCELLED');
  expect((await restage.account.billing()).prepaid_balance).toBe(10);
});

test('generations.watch yields a job from the queue to its end, without polling', async () => {
  const requests: string[] = [];
  const countingClient = new Restage({
    apiKey: key,
    baseUrl: server.url,
    fetch: (url, init) => {
      requests.push(String(url).replace(/\?.*/, ''));
      return fetch(url, init);
    },
  });
  const { id } = await countingClient.generations.start(input);
  const states: string[] = [];
  const watching = (async () => {
    for await (const { status, progress } of countingClient.generations.watch(id))
      states.push(`${status} ${progress}`);
  })();
  await expect.poll(() => states.at(-1)).toBe('processing 0');
  const advance = (fraction: number) => () => {
    engine.advance(fraction);
    return states.at(-1);
  };
  await expect.poll(advance(0.5), { timeout: 10_000 }).toBe('processing 50');
  await expect.poll(advance(1), { timeout: 10_000 }).toBe('completed 100');
  await watching;
  expect(states.slice(-3)).toEqual(['processing 0', 'processing 50', 'completed 100']);
  expect(requests.map((url) => url.replace(server.url, '').replace(id, '{id}'))).toEqual([
    '/trpc/generations.start',
    '/v1/switchx/generations/{id}/events',
  ]);
});

test('generations.watch fails with JOB_NOT_FOUND for an unknown job', async () => {
  const watch = restage.generations.watch('swx_1');
  await expect(watch.next()).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});
