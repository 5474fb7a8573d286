export { type EmbeddedFault, isFault } from './fault.ts';
export { type Embedded, type EmbeddedOptions, startEmbedded } from './start.ts';
