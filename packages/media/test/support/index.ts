/** For tests and benches: a small internet, and media made to order. Nothing of it is in the product. */

export { makeCertificate } from './certificate.ts';
export { makePng, pngChunk } from './images.ts';
export { type BuiltEdit, type BuiltMovie, type BuiltSample, buildMovie } from './movies/build-movie.ts';
export { demuxMovie } from './movies/demux-movie.ts';
export { type MovieOptions, makeMovie } from './movies/make-movie.ts';
export { frameTicks, plainMovie, plainSamples } from './movies/plain-movie.ts';
export { openTestNetwork, otherPublicName, publicName, serveFile, type TestNetwork } from './network.ts';
