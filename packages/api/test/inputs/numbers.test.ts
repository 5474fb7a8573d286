import { accounts } from '@restage/db';
import { readFixture } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { blackPng, upload } from '../support/uploads.ts';

const { ctx, transports, url, account } = await openTransports({
  work: false,
  settings: { concurrency: 100 },
});
const { id, key } = await account({ credits: 1000 });
const [caller] = transports;
const select = {
  generation_type: 'video',
  alpha_mode: 'select',
  source_uri: await upload(caller, key, 'wide.mp4', await readFixture('wide.mp4')),
  alpha_uri: `data:image/png;base64,${blackPng(8, 8).toString('base64')}`,
  prompt: 'a beach',
  max_resolution: 720,
};

const readBalance = async () =>
  (await ctx.db.select({ balance: accounts.balance }).from(accounts).where(eq(accounts.id, id)))[0]?.balance;

/** The index as JSON text, since not every number that JSON can hold survives `JSON.stringify`. */
const refused = [
  ...['"0"', '""', '" "', '"1; DROP TABLE generations"', 'true', 'false', '[]', '[0]', '{}', '{"$gt":0}'],
  ...['-1', '-1e-300', '0.5', '1e-7', '1e400', '-1e400', '240', '2147483648', '9007199254740993', '1e21'],
];

test.each([
  ['a start over REST', '/v1/switchx/generations'],
  ['a quote over REST', '/v1/switchx/quotes'],
  ['a start over tRPC', '/trpc/generations.start'],
  ['a quote over tRPC', '/trpc/generations.quote'],
])(
  '%s refuses every alpha_keyframe_index that is no frame of the source, and charges nothing',
  async (_name, path) => {
    const before = await readBalance();
    const rest = JSON.stringify(select).slice(1);
    for (const index of refused) {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: `{"alpha_keyframe_index":${index},${rest}`,
      });
      const text = await response.text();
      expect(text, index).toContain('"code":"INVALID_REQUEST"');
      expect(text, index).toMatch(/alpha_keyframe_index must be .*; received /);
      expect(response.status, index).toBe(400);
    }
    expect(await readBalance()).toBe(before);
  },
);

test('null and a missing alpha_keyframe_index are the first frame in every transport', async () => {
  for (const transport of transports) {
    for (const alpha_keyframe_index of [undefined, null, 0, -0]) {
      const input = { ...select, alpha_keyframe_index };
      const job = await transport.call('generations.start', input, key);
      if (!job.ok) throw new Error(`${transport.name}: ${job.message}`);
      const details = await transport.call('generations.details', { id: job.output.id }, key);
      expect(details, transport.name).toMatchObject({ ok: true, output: { alpha_keyframe_index: 0 } });
    }
  }
});

test.each(['/v1/switchx/quotes', '/trpc/generations.quote'])(
  'POST %s refuses 1e400 for every number, and does not take it for an absent one',
  async (path) => {
    for (const field of ['max_resolution', 'seed', 'alpha_keyframe_index', 'max_cost']) {
      const { max_resolution: _, ...rest } = select;
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: `{"${field}":1e400,${JSON.stringify(rest).slice(1)}`,
      });
      expect(await response.text(), field).toContain(`${field} must be `);
      expect(response.status, field).toBe(400);
    }
  },
);
