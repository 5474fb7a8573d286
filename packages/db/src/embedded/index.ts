export type { EmbeddedFailure } from './failure.ts';
export { findEmbedded } from './find.ts';
export { type Embedded, type EmbeddedOptions, startEmbedded } from './start.ts';
