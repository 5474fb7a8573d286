import { readFixture } from '@restage/fixtures';
import { describe, expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng, put } from './footage.ts';

const world = await openDoors({ work: false });
const { doors } = world;
const [caller] = doors;
if (!caller) throw new Error('no doors');
const poor = await world.account({ credits: 0 });
const image = await put(caller, poor.key, 'cat.png', await readFixture('cat.png'));
const video = await put(caller, poor.key, 'shot.mp4', await readFixture('two-tracks.mp4'));
const large = await put(caller, poor.key, 'large.png', blackPng(2000, 1400));

const good = {
  generation_type: 'image',
  alpha_mode: 'custom',
  alpha_uri: image,
  source_uri: image,
  prompt: 'a beach',
};

/** Faults in the contract's order; each can be made together with each that comes after it. */
const faults: readonly (readonly [code: string, broken: Record<string, unknown>])[] = [
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

/** A reference, even a bad one, says what the scene should be: it mends a missing style. */
const mends = (first: string, more: object) =>
  first === 'MISSING_STYLE_INPUT' && 'reference_image_uri' in more;

const pairs = faults.flatMap(([first, broken], index) =>
  faults
    .slice(index + 1)
    .filter(([, more]) => !mends(first, more))
    .map(([second, more]) => [first, second, { ...more, ...broken }] as const),
);

describe.each(doors)('through the $name', (door) => {
  test(`of ${pairs.length} pairs of faults, the first in the contract's order is told`, async () => {
    const wrong: string[] = [];
    for (const [first, second, broken] of pairs) {
      const answer = await door.call('generations.start', { ...good, ...broken }, poor.key);
      if (answer.ok || answer.code !== first) {
        wrong.push(`${first} with ${second}: ${answer.ok ? 'accepted' : answer.code}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
