import type { CodesOf } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import type { fitAlpha, fitReference, fitSource, Media, parseMediaUri } from './index.ts';

expectTypeOf<CodesOf<ReturnType<typeof parseMediaUri>>>().toEqualTypeOf<'INVALID_URI'>();
expectTypeOf<CodesOf<ReturnType<Media['inspect']>>>().toEqualTypeOf<
  'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'
>();
expectTypeOf<CodesOf<ReturnType<Media['download']>>>().toEqualTypeOf<
  'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'SOURCE_TOO_LARGE'
>();
expectTypeOf<CodesOf<ReturnType<Media['checkCallback']>>>().toEqualTypeOf<'INVALID_CALLBACK_URL'>();
expectTypeOf<CodesOf<ReturnType<typeof fitSource>>>().toEqualTypeOf<
  'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
>();
expectTypeOf<CodesOf<ReturnType<typeof fitAlpha>>>().toEqualTypeOf<
  'ALPHA_TYPE_MISMATCH' | 'INVALID_REQUEST' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
>();
expectTypeOf<CodesOf<ReturnType<typeof fitReference>>>().toEqualTypeOf<
  'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'
>();
