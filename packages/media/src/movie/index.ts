export type { Movie } from './movie.ts';
export { readMovieFile } from './on-disk.ts';
export { findLargestAnnounced } from './picture-format.ts';
export { findKeySample } from './samples.ts';
export { type DisplayMatrix, getTurn } from './track-header.ts';
