import type { CodesOf } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type { Media, parseMediaUri, validateAlpha, validateReference, validateSource } from './index.ts';

expectTypeOf<CodesOf<ReturnType<typeof parseMediaUri>>>().toEqualTypeOf<'INVALID_URI'>();
expectTypeOf<CodesOf<ReturnType<Media['inspect']>>>().toEqualTypeOf<
  'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'
>();
expectTypeOf<CodesOf<ReturnType<Media['download']>>>().toEqualTypeOf<
  'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'SOURCE_TOO_LARGE'
>();
expectTypeOf<CodesOf<ReturnType<Media['checkCallback']>>>().toEqualTypeOf<'INVALID_CALLBACK_URL'>();
expectTypeOf<CodesOf<ReturnType<typeof validateSource>>>().toEqualTypeOf<
  'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
>();
expectTypeOf<CodesOf<ReturnType<typeof validateAlpha>>>().toEqualTypeOf<
  'ALPHA_TYPE_MISMATCH' | 'INVALID_REQUEST' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
>();
expectTypeOf<CodesOf<ReturnType<typeof validateReference>>>().toEqualTypeOf<
  'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'
>();
