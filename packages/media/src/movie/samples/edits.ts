import { DamagedFileError } from '../../probe/reader.ts';

/** A segment of an edit list: a part of a track's media, and for how long it is shown. */
export interface Edit {
  /** In ticks of the track. */
  readonly duration: number;
  /** Where in the media the segment begins, in ticks of the track; −1 for an empty one. */
  readonly mediaTime: number;
}

/**
 * Lists the segments of an `elst` box. Their rates are not read: as in FFmpeg, every segment plays at its usual speed.
 * @param timescale ticks a second of the track
 * @param movieTimescale ticks a second of the movie, in which the box tells durations
 */
export function* listEdits(
  elst: Buffer | undefined,
  timescale: number,
  movieTimescale: number,
): Generator<Edit> {
  if (elst === undefined || elst.length < 8) return;
  const isLong = elst[0] === 1;
  const bytes = isLong ? 20 : 12;
  // As in FFmpeg, the size of the box counts, not the number in it.
  for (let at = 8; at + bytes <= elst.length; at += bytes) {
    const stored = isLong ? elst.readBigInt64BE(at) : elst.readUInt32BE(at);
    if (stored < 0) throw new DamagedFileError('its edit list has a negative duration');
    const mediaTime = isLong ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4);
    const duration = rescale(stored, timescale, movieTimescale);
    // What ends beyond the last time that there is shows nothing.
    yield { duration: duration + Math.max(0, mediaTime) < 2 ** 63 ? duration : 0, mediaTime };
  }
}

/** `value · to / from`, rounded, halves up. */
function rescale(value: number | bigint, to: number, from: number): number {
  const product = Number(value) * to;
  if (product <= Number.MAX_SAFE_INTEGER / 2) return Math.floor((product * 2 + from) / (from * 2));
  return Number((BigInt(value) * BigInt(to) * 2n + BigInt(from)) / (BigInt(from) * 2n));
}
