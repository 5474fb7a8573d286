export type { MediaLimits } from './context.ts';
export type { DownloadFailure } from './inputs/download.ts';
export type { InspectFailure } from './inputs/inspect.ts';
export type { Location, MediaBytes, Role, StoredFile } from './inputs/location.ts';
export {
  type DataMedia,
  formatUploadUri,
  type HttpsMedia,
  type MediaParam,
  type MediaUri,
  parseMediaUri,
  type UploadMedia,
} from './inputs/uri.ts';
export { validateAlpha, validateReference, validateSource } from './inputs/validate.ts';
export type { Log } from './log.ts';
export { createMedia, type Media, type MediaOptions } from './media.ts';
export type { PostFailure, PostResponse } from './outgoing/post.ts';
export type { Probe } from './probe/protocol.ts';
export { sniff } from './probe/sniff.ts';
