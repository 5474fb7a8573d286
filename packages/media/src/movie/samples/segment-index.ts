/**
 * Reads from a segment index when the fragments of a track begin, by their places in the file.
 * @param end where the index ends in the file
 */
export function readSegmentTimes(
  sidx: Buffer,
  end: number,
  trackId: number,
  timescale: number,
): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  const isLong = sidx[0] === 1;
  if (sidx.length < (isLong ? 32 : 24) || sidx.readUInt32BE(4) !== trackId) return times;
  const scale = timescale / Math.max(1, sidx.readUInt32BE(8));
  let time = isLong ? Number(sidx.readBigUInt64BE(12)) : sidx.readUInt32BE(12);
  let offset = end + (isLong ? Number(sidx.readBigUInt64BE(20)) : sidx.readUInt32BE(16));
  const first = isLong ? 32 : 24;
  const count = Math.min(sidx.readUInt16BE(first - 2), Math.floor((sidx.length - first) / 12));
  for (let n = 0; n < count; n += 1) {
    times.set(offset, Math.round(time * scale));
    offset += sidx.readUInt32BE(first + n * 12);
    time += sidx.readUInt32BE(first + n * 12 + 4);
  }
  return times;
}
