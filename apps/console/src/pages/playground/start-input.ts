import type { GenerationsStartInput } from '@restage/sdk';
import type { Media } from './media.ts';
import { type PlaygroundState, takesMatte } from './state.ts';

/** The input of a start as the form says it, right or wrong: the server judges it. */
export function toStartInput(state: PlaygroundState): GenerationsStartInput {
  const { source, matte, reference, mode, prompt, resolution, seed } = state;
  return {
    generation_type: source?.type ?? 'image',
    alpha_mode: mode,
    max_resolution: resolution === '720' ? 720 : 1080,
    source_uri: getUri(source) ?? '',
    ...(takesMatte(mode) && { alpha_uri: getUri(matte) }),
    ...(mode === 'select' && { alpha_keyframe_index: Number(state.keyframe) }),
    ...(prompt.trim() !== '' && { prompt }),
    ...(reference && { reference_image_uri: getUri(reference) }),
    ...(seed.trim() !== '' && { seed: Number(seed) }),
  };
}

function getUri(media: Media | undefined): string | undefined {
  return media?.upload.status === 'done' ? media.upload.uri : undefined;
}

/** What is still to be done before there is a cost; undefined if nothing is. */
export function describeMissing({
  source,
  matte,
  reference,
  mode,
  prompt,
}: PlaygroundState): string | undefined {
  const files = [source, reference, ...(takesMatte(mode) ? [matte] : [])];
  if (!source) return 'Choose a picture or a video to see the cost.';
  if (files.some((media) => media?.upload.status === 'uploading')) return 'Uploading…';
  if (files.some((media) => media?.upload.status === 'failed'))
    return 'Choose another file in place of the one that failed.';
  if (takesMatte(mode) && !matte) return 'Choose a matte, or let the subject be found.';
  if (prompt.trim() === '' && !reference) return 'Describe a scene to see the cost.';
  return undefined;
}
