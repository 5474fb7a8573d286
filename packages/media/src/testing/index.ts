/** For tests and benches: a small internet, and media made to order. Nothing of it is in the product. */
export { type BuiltEdit, type BuiltMovie, type BuiltSample, buildMovie } from './build-movie.ts';
export { makeCertificate } from './certificate.ts';
export { type MovieOptions, makeMovie } from './movies.ts';
export { takeApart } from './parts.ts';
export { makePng } from './pictures.ts';
export { frameTicks, plainMovie, plainSamples } from './plain-movie.ts';
export { openWorld, otherPublicName, publicName, serveFile, type World } from './world.ts';
