import type { CodesOf } from '@restage/errors';
import type { fitAlpha, fitReference, fitSource, Media, parseMediaUri } from './index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

holds<Equal<CodesOf<ReturnType<typeof parseMediaUri>>, 'INVALID_URI'>>();
holds<
  Equal<
    CodesOf<ReturnType<Media['inspect']>>,
    'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'
  >
>();
holds<
  Equal<CodesOf<ReturnType<Media['download']>>, 'SOURCE_UNREACHABLE' | 'INVALID_URI' | 'SOURCE_TOO_LARGE'>
>();
holds<Equal<CodesOf<ReturnType<Media['checkCallback']>>, 'INVALID_CALLBACK_URL'>>();
holds<
  Equal<
    CodesOf<ReturnType<typeof fitSource>>,
    'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
  >
>();
holds<
  Equal<
    CodesOf<ReturnType<typeof fitAlpha>>,
    'ALPHA_TYPE_MISMATCH' | 'SOURCE_TOO_LARGE' | 'VIDEO_TOO_MANY_FRAMES'
  >
>();
holds<Equal<CodesOf<ReturnType<typeof fitReference>>, 'INVALID_FILE_FORMAT' | 'SOURCE_TOO_LARGE'>>();
