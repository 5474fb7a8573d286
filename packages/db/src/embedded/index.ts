export type { EmbeddedFailure } from './fault.ts';
export { findEmbedded } from './find.ts';
export { type Embedded, type EmbeddedOptions, startEmbedded } from './start.ts';
