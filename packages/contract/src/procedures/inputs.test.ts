import { isFailure } from '@restage/errors';
import { describe, expect, test } from 'vitest';
import { listInput, startInput, uploadInput } from './inputs.ts';

const validBody = {
  generation_type: 'image',
  alpha_mode: 'auto',
  source_uri: 'https://example.com/a.png',
  prompt: 'a beach',
};

/** One invalid field per row, in the order of the checks. */
const invalidFields: readonly (readonly [code: string, param: string, fields: Record<string, unknown>])[] = [
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
  test.each(invalidFields)('with one invalid field fails with %s, %s', (code, param, fields) => {
    expect(startInput.parse({ ...validBody, ...fields })).toMatchObject({ code, param });
  });

  test('with several invalid fields fails with the first in the order of the checks', () => {
    for (const [index, [code, param]] of invalidFields.entries()) {
      // All fields from this row on are invalid; where two rows set the same field, the earlier row wins.
      const later = invalidFields.slice(index).map(([, , fields]) => fields);
      const body = Object.assign({ ...validBody }, ...later.reverse());
      expect(startInput.parse(body), `${code} ${param}`).toMatchObject({ code, param });
    }
  });

  test('gets its defaults, and loses null and unknown fields', () => {
    const body = { ...validBody, seed: null, max_resolution: null, reference_image_uri: ' ', colour: 'red' };
    expect(startInput.parse(body)).toEqual({ ...validBody, max_resolution: 1080 });
  });

  test('ignores alpha_uri, whatever it is, unless alpha_mode takes a matte', () => {
    expect(startInput.parse({ ...validBody, alpha_uri: 7 })).toEqual({ ...validBody, max_resolution: 1080 });
    for (const alpha_mode of ['custom', 'select']) {
      const given = { ...validBody, alpha_mode };
      expect(startInput.parse({ ...given, alpha_uri: ' ' })).toMatchObject({ code: 'MISSING_ALPHA' });
      expect(startInput.parse({ ...given, alpha_uri: 7 })).toMatchObject({ code: 'INVALID_URI' });
    }
  });

  test.each([
    [undefined, 0],
    [null, 0],
    [0, 0],
    [-0, 0],
    [239, 239],
  ])('with select takes alpha_keyframe_index %s as frame %i', (alpha_keyframe_index, frame) => {
    const select = { ...validBody, alpha_mode: 'select', alpha_uri: 'https://example.com/m.png' };
    const parsed = startInput.parse({ ...select, alpha_keyframe_index });
    expect(parsed).toEqual({ ...select, max_resolution: 1080, alpha_keyframe_index: frame });
  });

  test.each([-1, 0.5, '0', true, [], 2 ** 53])(
    'with select refuses alpha_keyframe_index %j, which any other mode ignores',
    (alpha_keyframe_index) => {
      const select = { ...validBody, alpha_mode: 'select', alpha_uri: 'https://example.com/m.png' };
      expect(startInput.parse({ ...select, alpha_keyframe_index })).toMatchObject({
        code: 'INVALID_REQUEST',
        param: 'alpha_keyframe_index',
      });
      expect(startInput.parse({ ...validBody, alpha_keyframe_index })).toEqual({
        ...validBody,
        max_resolution: 1080,
      });
    },
  );

  test('names the three core modes first where alpha_mode is invalid', () => {
    expect(startInput.parse({ ...validBody, alpha_mode: 'magic' })).toMatchObject({
      code: 'INVALID_ALPHA_MODE',
      message: 'alpha_mode must be "auto", "fill", "custom" (or "select"); received "magic".',
    });
  });

  test('counts characters, not UTF-16 units', () => {
    expect(isFailure(startInput.parse({ ...validBody, prompt: '🌅'.repeat(2000) }))).toBe(false);
    expect(startInput.parse({ ...validBody, prompt: '🌅'.repeat(2001) })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  test.each(['\0', '\ud800'])('rejects text that PostgreSQL can’t store: %j', (text) => {
    expect(startInput.parse({ ...validBody, prompt: `a${text}b` })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(startInput.parse({ ...validBody, idempotency_key: text })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  test.each([undefined, null, 'text', 7, [validBody]])(
    'that is not an object fails with INVALID_REQUEST: %j',
    (body) => {
      expect(startInput.parse(body)).toMatchObject({ code: 'INVALID_REQUEST' });
    },
  );

  test('with an invalid field says what was received, truncated and without API keys', () => {
    const failure = startInput.parse({ ...validBody, generation_type: `rsk_abcdefgh${'x'.repeat(200)}` });
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
  const rejected = [
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
  test.each(rejected)('%j is rejected', (filename) => {
    expect(uploadInput.parse({ filename })).toMatchObject({ code: 'INVALID_FILENAME', param: 'filename' });
  });

  const character = (name: string) =>
    `must not contain ${name}, nor any of / \\ : * ? " < > | %, characters that look like them or like a dot, or invisible characters`;
  test.each<[unknown, string]>([
    [
      undefined,
      'must be a name of 3 to 255 characters that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp; received nothing.',
    ],
    [
      7,
      'must be a name of 3 to 255 characters that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp; received 7.',
    ],
    ['', 'must have 3 to 255 characters, but has 0; received "".'],
    [`${'é'.repeat(252)}.png`, `must have 3 to 255 characters, but has 256; received "${'é'.repeat(60)}…".`],
    ['100%.png', `${character('%')}; received "100%.png".`],
    ['a/b.png', `${character('/')}; received "a/b.png".`],
    ['a\u200b.png', `${character('U+200B')}; received "a\u200b.png".`],
    ['a\uff0fb.png', `${character('U+FF0F')}; received "a\uff0fb.png".`],
    ['.a.png', 'must not begin with a dot; received ".a.png".'],
    ['a..png', 'must not contain two dots in a row; received "a..png".'],
    ['a.png ', 'must not begin or end with a space; received "a.png ".'],
    ['archive.zip', 'must end in .mp4, .mov, .png, .jpg, .jpeg or .webp; received "archive.zip".'],
  ])('%j is rejected with the rule that it breaks', (filename, rule) => {
    expect(uploadInput.parse({ filename })).toMatchObject({ message: `filename ${rule}` });
  });
});

describe('the instants of a list', () => {
  test.each(['0001-01-01', '9999-12-31', '9999-12-31T23:59:59.999Z'])('%s is accepted', (created_after) => {
    expect(listInput.parse({ created_after })).toMatchObject({ created_after });
  });
  // The database takes no instants of these years, nor any of a day that does not exist.
  test.each(['0000-12-31', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00', '2026-02-30'])(
    '%s is rejected',
    (created_after) => {
      expect(listInput.parse({ created_after })).toMatchObject({
        code: 'INVALID_REQUEST',
        param: 'created_after',
      });
    },
  );
});
