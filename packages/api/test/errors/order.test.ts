import { readFixture } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { blackPng, upload } from '../support/uploads.ts';

const server = await openTransports({ work: false });
const { transports } = server;
const [caller] = transports;
const poor = await server.account({ credits: 0 });
const image = await upload(caller, poor.key, 'cat.png', await readFixture('cat.png'));
const video = await upload(caller, poor.key, 'shot.mp4', await readFixture('two-tracks.mp4'));
const shot = await upload(caller, poor.key, 'wide.mp4', await readFixture('wide.mp4'));
const large = await upload(caller, poor.key, 'large.png', blackPng(2000, 1400));

const validInput = {
  generation_type: 'image',
  alpha_mode: 'custom',
  alpha_uri: image,
  source_uri: image,
  prompt: 'a beach',
};

/** Invalid fields in the contract's order. Each can be combined with each later one. */
const invalidInputs: readonly (readonly [code: string, fields: Record<string, unknown>])[] = [
  ['INVALID_GENERATION_TYPE', { generation_type: 'audio' }],
  ['INVALID_ALPHA_MODE', { alpha_mode: 'magic' }],
  ['INVALID_MAX_RESOLUTION', { max_resolution: 4320 }],
  ['MISSING_STYLE_INPUT', { prompt: '' }],
  ['MISSING_SOURCE', { source_uri: '' }],
  ['MISSING_ALPHA', { alpha_uri: '' }],
  ['INVALID_REQUEST', { seed: -1 }],
  ['INVALID_URI', { source_uri: 'ftp://example.com/a.png' }],
  ['INVALID_URI', { reference_image_uri: 'nonsense' }],
  ['INVALID_URI', { alpha_uri: 'nonsense' }],
  ['INVALID_CALLBACK_URL', { callback_url: 'http://example.com' }],
  ['SOURCE_TOO_LARGE', { source_uri: large }],
  ['INVALID_FILE_FORMAT', { reference_image_uri: video }],
  ['ALPHA_TYPE_MISMATCH', { alpha_uri: video }],
  ['MAX_COST_EXCEEDED', { max_cost: 0 }],
  ['INSUFFICIENT_CREDITS', {}],
];

/** The same with a matte of one frame. */
const selectInput = {
  ...validInput,
  generation_type: 'video',
  alpha_mode: 'select',
  source_uri: shot,
  max_resolution: 720,
};

const invalidSelects: typeof invalidInputs = [
  ['MISSING_SOURCE', { source_uri: '' }],
  ['MISSING_ALPHA', { alpha_uri: '' }],
  ['INVALID_REQUEST', { alpha_keyframe_index: -1 }],
  ['INVALID_URI', { reference_image_uri: 'nonsense' }],
  ['ALPHA_TYPE_MISMATCH', { alpha_uri: video }],
  ['INVALID_REQUEST', { alpha_keyframe_index: 240 }],
  ['MAX_COST_EXCEEDED', { max_cost: 0 }],
  ['INSUFFICIENT_CREDITS', {}],
];

/** A reference image, even an invalid one, is a style input, so it replaces a missing prompt. */
const isResolvedBy = (first: string, fields: object) =>
  first === 'MISSING_STYLE_INPUT' && 'reference_image_uri' in fields;

const pairUp = (input: object, inputs: typeof invalidInputs) =>
  inputs.flatMap(([first, firstFields], index) =>
    inputs
      .slice(index + 1)
      .filter(([, fields]) => !isResolvedBy(first, fields))
      .map(([second, fields]) => [first, second, { ...input, ...fields, ...firstFields }] as const),
  );

const pairs = [...pairUp(validInput, invalidInputs), ...pairUp(selectInput, invalidSelects)];

describe.each(transports)('through the $name', (transport) => {
  test(`generations.start with two invalid fields fails with the first in the contract's order (${pairs.length} pairs)`, async () => {
    const wrong: string[] = [];
    for (const [first, second, fields] of pairs) {
      const response = await transport.call('generations.start', fields, poor.key);
      if (response.ok || response.code !== first) {
        wrong.push(`${first} with ${second}: ${response.ok ? 'accepted' : response.code}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
