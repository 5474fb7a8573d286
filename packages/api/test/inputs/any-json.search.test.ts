import { listProcedureErrors } from '@restage/contract';
import { catalog } from '@restage/errors';
import { searchRuns } from '@restage/fixtures/searches';
import { openTransports } from '@restage/testing/support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({
  work: false,
  settings: { writeRpm: 1_000_000, concurrency: 1_000_000 },
});
const { key } = await server.account({ credits: 1_000_000_000 });

const uris = [
  `data:image/png;base64,${blackPng(8, 8).toString('base64')}`,
  'data:image/png;base64,AAAA',
  'beeble://uploads/upload_01m81xmtk0erm98v8z2as280rf/cat.png',
  'https://127.0.0.1/a.png',
  'file:///etc/passwd',
  '',
];
const similarInput = fc.record(
  {
    generation_type: fc.constantFrom('image', 'video', 'IMAGE', null),
    alpha_mode: fc.constantFrom('auto', 'fill', 'custom', 'select', 7),
    max_resolution: fc.constantFrom(720, 1080, '720', null, Number.MAX_SAFE_INTEGER),
    source_uri: fc.oneof(fc.constantFrom(...uris), fc.webUrl(), fc.string()),
    alpha_uri: fc.oneof(fc.constantFrom(...uris), fc.anything()),
    reference_image_uri: fc.oneof(fc.constantFrom(...uris), fc.string({ unit: 'binary' })),
    prompt: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('a beach'), fc.lorem()),
    alpha_keyframe_index: fc.oneof(fc.constantFrom(0, null, '0'), fc.integer(), fc.double(), fc.jsonValue()),
    seed: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
    idempotency_key: fc.oneof(fc.constantFrom('a', 'b', null), fc.string({ unit: 'binary' })),
    max_cost: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constant(null)),
    callback_url: fc.oneof(fc.constantFrom(null, 'https://localhost/', 'x'), fc.webUrl()),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const validInput = { generation_type: 'image', alpha_mode: 'fill', source_uri: uris[0], prompt: 'a beach' };
/** Valid input whose alpha_keyframe_index counts. */
const almostValidSelect = fc
  .record({ alpha_keyframe_index: similarInput.map((wild) => Reflect.get(wild, 'alpha_keyframe_index')) })
  .map((index) => ({ ...validInput, alpha_mode: 'select', alpha_uri: uris[0], ...index }));
/** Valid input with a few fields changed. */
const almostValidInput = fc
  .tuple(
    similarInput,
    fc.subarray(['max_resolution', 'prompt', 'seed', 'max_cost', 'idempotency_key', 'alpha_mode']),
  )
  .map(([wild, names]) => ({
    ...validInput,
    ...Object.fromEntries(names.map((name) => [name, Reflect.get(wild, name)])),
  }));

test('POST /generations with any JSON responds with 200 or a declared code, and never with a 500', async () => {
  const declared = new Set<string>(listProcedureErrors('generations.start'));
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(similarInput, almostValidInput, almostValidSelect, fc.jsonValue()),
      async (body) => {
        const response = await fetch(`${server.url}/v1/switchx/generations`, {
          method: 'POST',
          headers: { 'x-api-key': key },
          body: JSON.stringify(body) ?? '',
        });
        const sent = (await response.json()) as { id?: string; error?: { code: keyof typeof catalog } };
        if (response.status === 200) {
          accepted += 1;
          expect(sent.id).toMatch(/^swx_/);
          return;
        }
        expect(declared).toContain(sent.error?.code);
        expect(response.status).toBe(catalog[sent.error?.code ?? 'INTERNAL_ERROR'].status);
        expect(response.status).toBeLessThan(500);
      },
    ),
    { numRuns: searchRuns(400, 10_000) },
  );
  expect(accepted).toBeGreaterThan(searchRuns(10, 500));
}, 300_000);

test('uploads.create with any filename succeeds or fails with INVALID_FILENAME', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' })),
      fc.constantFrom('', '.png', '.MP4', '.webp\0'),
      async (name, ending) => {
        const filename = typeof name === 'string' ? `${name}${ending}` : name;
        const response = await server.transports[0]?.call('uploads.create', { filename }, key);
        if (response?.ok) return;
        expect(response?.code).toBe('INVALID_FILENAME');
      },
    ),
    { numRuns: searchRuns(200, 2000) },
  );
}, 120_000);
