export type { MediaLimits } from './context.ts';
export type { DownloadFailure } from './download.ts';
export { fitAlpha, fitReference, fitSource } from './fit.ts';
export type { InspectFailure } from './inspect.ts';
export type { Location, Role } from './location.ts';
export type { Log } from './log.ts';
export { createMedia, type Media, type MediaOptions } from './media.ts';
export type { PostAnswer, PostFailure } from './post.ts';
export type { Probe } from './probe/verdict.ts';
export {
  type DataMedia,
  formatUploadUri,
  type HttpsMedia,
  type MediaParam,
  type MediaUri,
  parseMediaUri,
  type UploadMedia,
} from './uri.ts';
