export type { Movie } from './movie.ts';
export { readMovieFile } from './read-movie-file.ts';
export { findKeySample } from './samples/samples.ts';
export { findLargestAnnounced } from './stream/picture-format.ts';
export { type DisplayMatrix, getTurn } from './track-header.ts';
