import { expect, test } from 'vitest';
import type { Media } from './media.ts';
import { describeMissing, toStartInput } from './start-input.ts';
import type { PlaygroundState } from './state.ts';

const uploaded = (name: string, type: Media['type'] = 'image'): Media => ({
  id: 1,
  file: new File(['x'], name),
  type,
  previewUrl: 'blob:1',
  details: undefined,
  upload: { status: 'done', uri: `beeble://uploads/upload_1/${name}` },
});

const empty: PlaygroundState = {
  source: undefined,
  matte: undefined,
  reference: undefined,
  mode: 'auto',
  keyframe: '0',
  prompt: '',
  resolution: '1080',
  seed: '',
  run: undefined,
};

test('an empty form is sent as it is, for the server to refuse', () => {
  expect(toStartInput(empty)).toEqual({
    generation_type: 'image',
    alpha_mode: 'auto',
    max_resolution: 1080,
    source_uri: '',
  });
});

test('a filled form is sent with its files, and a matte only in the modes that take one', () => {
  const state = {
    ...empty,
    source: uploaded('a.mp4', 'video'),
    matte: uploaded('m.mp4'),
    prompt: 'snow',
    seed: '0',
  };
  const sent = {
    generation_type: 'video',
    source_uri: 'beeble://uploads/upload_1/a.mp4',
    prompt: 'snow',
    seed: 0,
  };
  expect(toStartInput(state)).toMatchObject(sent);
  expect(toStartInput(state)).not.toHaveProperty('alpha_uri');
  expect(toStartInput({ ...state, mode: 'custom' })).not.toHaveProperty('alpha_keyframe_index');
  expect(toStartInput({ ...state, mode: 'select', keyframe: '12' })).toMatchObject({
    alpha_mode: 'select',
    alpha_uri: 'beeble://uploads/upload_1/m.mp4',
    alpha_keyframe_index: 12,
  });
  expect(toStartInput({ ...state, mode: 'custom' }).alpha_uri).toBe('beeble://uploads/upload_1/m.mp4');
});

test('a seed that is no number is sent as one that the server refuses', () => {
  expect(toStartInput({ ...empty, seed: 'any' }).seed).toBeNaN();
});

test('a form says what is missing for a quote, in the order in which it is filled in', () => {
  const source = uploaded('a.png');
  const uploading: Media = { ...source, upload: { status: 'uploading', sent: 0, total: 1 } };
  expect(describeMissing(empty)).toContain('Choose a picture or a video');
  expect(describeMissing({ ...empty, source: uploading })).toBe('Uploading…');
  expect(describeMissing({ ...empty, source, mode: 'custom' })).toContain('Choose a matte');
  expect(describeMissing({ ...empty, source })).toContain('Describe a scene');
  expect(describeMissing({ ...empty, source, prompt: 'snow' })).toBeUndefined();
  expect(describeMissing({ ...empty, source, reference: source })).toBeUndefined();
});
