import type { BuiltMovie, BuiltSample } from './build-movie.ts';
import { makeAvcConfiguration, makeAvcSet, type StreamFormat } from './configurations.ts';

/** Ticks a second of plain movies, and of one of their frames. */
export const timescale = 12_288;
export const frameTicks = 512;

/** Samples that no decoder would take, a keyframe in each dozen. */
export function plainSamples(
  count: number,
  change: (n: number) => Partial<BuiltSample> = () => ({}),
): BuiltSample[] {
  return Array.from({ length: count }, (_, n) => ({
    data: Buffer.from([0, 0, 0, 4, n % 12 === 0 ? 0x65 : 0x41, 0xe0, n & 255, 1]),
    isSync: n % 12 === 0,
    duration: frameTicks,
    offset: 0,
    ...change(n),
  }));
}

/** A movie of 24 frames a second, whose stream has a format. */
export function plainMovie(
  samples: readonly BuiltSample[],
  change: Partial<BuiltMovie> = {},
  format: StreamFormat = { width: 320, height: 240 },
): BuiltMovie {
  return {
    samples,
    timescale,
    type: 'avc1',
    configuration: makeAvcConfiguration(makeAvcSet(format)),
    width: format.width,
    height: format.height,
    ...change,
  };
}
