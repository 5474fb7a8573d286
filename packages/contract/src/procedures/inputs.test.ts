import { isFailure } from '@restage/errors';
import { describe, expect, test } from 'vitest';
import { startInput, uploadInput } from './inputs.ts';

const good = {
  generation_type: 'image',
  alpha_mode: 'auto',
  source_uri: 'https://example.com/a.png',
  prompt: 'a beach',
};

/** Each row breaks one more field; the first fault of the contract's order must win over all behind it. */
const faults: readonly (readonly [code: string, param: string, broken: Record<string, unknown>])[] = [
  ['INVALID_GENERATION_TYPE', 'generation_type', { generation_type: 'gif' }],
  ['INVALID_ALPHA_MODE', 'alpha_mode', { alpha_mode: undefined }],
  ['INVALID_MAX_RESOLUTION', 'max_resolution', { max_resolution: '720' }],
  ['MISSING_STYLE_INPUT', 'prompt', { prompt: ' \n', reference_image_uri: null }],
  ['MISSING_SOURCE', 'source_uri', { source_uri: '  ' }],
  ['INVALID_REQUEST', 'prompt', { prompt: 'x'.repeat(2001) }],
  ['INVALID_REQUEST', 'seed', { seed: 4_294_967_296 }],
  ['INVALID_REQUEST', 'idempotency_key', { idempotency_key: '' }],
  ['INVALID_REQUEST', 'max_cost', { max_cost: 1.5 }],
  ['INVALID_URI', 'reference_image_uri', { reference_image_uri: 7 }],
  ['INVALID_CALLBACK_URL', 'callback_url', { callback_url: 7 }],
];

describe('a start', () => {
  test.each(faults)('with one fault gets %s, %s', (code, param, broken) => {
    expect(startInput.parse({ ...good, ...broken })).toMatchObject({ code, param });
  });

  test('with several faults gets the first in the order of the contract', () => {
    for (const [index, [code, param]] of faults.entries()) {
      // Broken from this row on; an earlier row's value must not mend a later row's field.
      const later = faults.slice(index).map(([, , broken]) => broken);
      const body = Object.assign({ ...good }, ...later.reverse());
      expect(startInput.parse(body), `${code} ${param}`).toMatchObject({ code, param });
    }
  });

  test('has its defaults filled in, null and unknown fields dropped', () => {
    const sent = { ...good, seed: null, max_resolution: null, reference_image_uri: ' ', colour: 'red' };
    expect(startInput.parse(sent)).toEqual({ ...good, max_resolution: 1080 });
  });

  test('ignores alpha_uri, whatever it is, unless alpha_mode is custom', () => {
    expect(startInput.parse({ ...good, alpha_uri: 7 })).toEqual({ ...good, max_resolution: 1080 });
    const custom = { ...good, alpha_mode: 'custom' };
    expect(startInput.parse({ ...custom, alpha_uri: ' ' })).toMatchObject({ code: 'MISSING_ALPHA' });
    expect(startInput.parse({ ...custom, alpha_uri: 7 })).toMatchObject({ code: 'INVALID_URI' });
  });

  test('counts characters, not UTF-16 units', () => {
    expect(isFailure(startInput.parse({ ...good, prompt: '🌅'.repeat(2000) }))).toBe(false);
    expect(startInput.parse({ ...good, prompt: '🌅'.repeat(2001) })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  test.each(['\0', '\ud800'])('refuses text that could not be stored: %j', (text) => {
    expect(startInput.parse({ ...good, prompt: `a${text}b` })).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(startInput.parse({ ...good, idempotency_key: text })).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test.each([undefined, null, 'text', 7, [good]])('that is no object is INVALID_REQUEST: %j', (body) => {
    expect(startInput.parse(body)).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('names what was received, cut short and without keys', () => {
    const failure = startInput.parse({ ...good, generation_type: `rsk_abcdefgh${'x'.repeat(200)}` });
    if (!isFailure(failure)) throw new Error('accepted');
    expect(failure.message).toBe('generation_type must be "image" or "video"; received "rsk_…".');
  });
});

describe('a filename', () => {
  const accepted = [
    'a.png',
    'A.PNG',
    'shot 1 (final).mp4',
    'été.jpeg',
    '写真.webp',
    'x.y.mov',
    `${'a'.repeat(251)}.png`,
  ];
  const refused = [
    '',
    '.png',
    'a.gif',
    'png',
    '../a.png',
    'a/b.png',
    'a\\b.png',
    'a..png',
    'a%2fb.png',
    'a\u0000.png',
    'a\n.png',
    'a\u202egnp.png',
    'a\u200b.png',
    'a／b.png',
    'a\u2215b.png',
    '．．a.png',
    ' a.png',
    'a.png ',
    'a.png/',
    'CON:a.png',
    `${'a'.repeat(252)}.png`,
    7,
    null,
    undefined,
  ];
  test.each(accepted)('%j is accepted', (filename) => {
    expect(uploadInput.parse({ filename })).toEqual({ filename });
  });
  test.each(refused)('%j is refused', (filename) => {
    expect(uploadInput.parse({ filename })).toMatchObject({ code: 'INVALID_FILENAME', param: 'filename' });
  });

  const character = (name: string) =>
    `must not contain ${name}: a name has none of / \\ : * ? " < > | %, nothing that looks like them or a dot, and nothing invisible`;
  test.each<[unknown, string]>([
    [
      undefined,
      'must be a name of 3 to 255 characters that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp; received nothing.',
    ],
    [
      7,
      'must be a name of 3 to 255 characters that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp; received 7.',
    ],
    ['', 'must have 3 to 255 characters, and has 0; received "".'],
    [`${'é'.repeat(252)}.png`, `must have 3 to 255 characters, and has 256; received "${'é'.repeat(60)}…".`],
    ['100%.png', `${character('%')}; received "100%.png".`],
    ['a/b.png', `${character('/')}; received "a/b.png".`],
    ['a\u200b.png', `${character('U+200B')}; received "a\u200b.png".`],
    ['a\uff0fb.png', `${character('U+FF0F')}; received "a\uff0fb.png".`],
    ['.a.png', 'must not begin with a dot; received ".a.png".'],
    ['a..png', 'must not contain two dots in a row; received "a..png".'],
    ['a.png ', 'must not begin or end with a space; received "a.png ".'],
    ['archive.zip', 'must end in .mp4, .mov, .png, .jpg, .jpeg or .webp; received "archive.zip".'],
  ])('%j is refused with the rule that it breaks', (filename, said) => {
    expect(uploadInput.parse({ filename })).toMatchObject({ message: `filename ${said}` });
  });
});
