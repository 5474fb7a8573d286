import { DamagedFileError } from '../../probe/reader.ts';
import { type Box, findBox, listBoxes } from '../boxes.ts';
import { createSamples, maxSamples, type Samples } from './samples.ts';

/** What a fragment's samples are unless it says otherwise (`trex`). */
export interface FragmentDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/** A `moof` box: its contents, and where in the file it begins. */
export interface Fragment {
  readonly body: Buffer;
  readonly offset: number;
}

/** Reads the defaults that `mvex` gives for a track's fragments; undefined where it has none. */
export function readFragmentDefaults(
  mvex: Buffer | undefined,
  trackId: number,
): FragmentDefaults | undefined {
  if (mvex === undefined) return undefined;
  const trex = listBoxes(mvex).find(
    ({ type, body }) => type === 'trex' && body.length >= 24 && body.readUInt32BE(4) === trackId,
  )?.body;
  if (trex === undefined) return undefined;
  return { duration: trex.readUInt32BE(12), size: trex.readUInt32BE(16), flags: trex.readUInt32BE(20) };
}

/** The samples of fragments, and those of them that are only there to decode from. */
export interface FragmentSamples {
  readonly samples: Samples;
  readonly hidden: ReadonlySet<number>;
}

/**
 * Reads a track's samples from fragments, in the order of the file (ISO/IEC 14496-12, 8.8). The time of a fragment is
 * that of its `tfdt`, else that of the segment index, else it follows the fragment before. As FFmpeg takes it, a
 * sample of a run that does not come after what is stored before the run is hidden.
 * @param segments times of fragments by their place in the file, from a `sidx` box
 * @returns the number of samples alone where there are more than {@link maxSamples}
 */
export function readFragments(
  fragments: readonly Fragment[],
  trackId: number,
  defaults: FragmentDefaults,
  segments: ReadonlyMap<number, number>,
): FragmentSamples | number {
  const all: RunSample[] = [];
  let time = 0;
  for (const fragment of fragments) {
    let isTimed = false;
    let implicitOffset = fragment.offset;
    for (const { type, body } of listBoxes(fragment.body)) {
      if (type !== 'traf') continue;
      const boxes = listBoxes(body);
      const header = readHeader(boxes, defaults, fragment.offset, implicitOffset);
      if (header.trackId !== trackId) continue;
      const tfdt = findBox(boxes, 'tfdt');
      if (tfdt !== undefined) time = readDecodeTime(tfdt);
      else if (!isTimed) time = segments.get(fragment.offset) ?? time;
      isTimed = true;
      for (const run of boxes.filter((box) => box.type === 'trun')) {
        const count = all.length + readRunCount(run.body);
        if (count > maxSamples) return count;
        const last = all.at(-1)?.decodeTime ?? Number.NEGATIVE_INFINITY;
        for (const sample of listRunSamples(run.body, header, time)) {
          all.push({ ...sample, isHidden: last >= sample.decodeTime });
          time = sample.decodeTime + sample.duration;
          implicitOffset = sample.offset + sample.size;
        }
      }
    }
  }
  return collectSamples(all, time);
}

/** A sample as a `trun` box tells it. */
interface RunSample {
  readonly decodeTime: number;
  readonly duration: number;
  readonly compositionOffset: number;
  readonly offset: number;
  readonly size: number;
  readonly isSync: boolean;
  readonly isHidden: boolean;
}

interface RunHeader extends FragmentDefaults {
  readonly trackId: number;
  /** What data offsets count from. */
  readonly base: number;
}

function readHeader(
  boxes: readonly Box[],
  defaults: FragmentDefaults,
  moofOffset: number,
  implicitOffset: number,
): RunHeader {
  const tfhd = findBox(boxes, 'tfhd');
  if (tfhd === undefined || tfhd.length < 8) throw new DamagedFileError('one of its fragments has no header');
  const flags = tfhd.readUInt32BE(0);
  let at = 8;
  const readField = (flag: number, bytes: 4 | 8): number | undefined => {
    if ((flags & flag) === 0) return undefined;
    at += bytes;
    if (at > tfhd.length) throw new DamagedFileError('the header of one of its fragments is cut short');
    return bytes === 8 ? Number(tfhd.readBigUInt64BE(at - 8)) : tfhd.readUInt32BE(at - 4);
  };
  const base = readField(0x1, 8) ?? (flags & 0x20000 ? moofOffset : implicitOffset);
  readField(0x2, 4);
  return {
    trackId: tfhd.readUInt32BE(4),
    base,
    duration: readField(0x8, 4) ?? defaults.duration,
    size: readField(0x10, 4) ?? defaults.size,
    flags: readField(0x20, 4) ?? defaults.flags,
  };
}

function readDecodeTime(tfdt: Buffer): number {
  if (tfdt.length < (tfdt[0] === 0 ? 8 : 12))
    throw new DamagedFileError('the time of one of its fragments is cut short');
  return tfdt[0] === 0 ? tfdt.readUInt32BE(4) : Number(tfdt.readBigUInt64BE(4));
}

function readRunCount(trun: Buffer): number {
  if (trun.length < 8) throw new DamagedFileError('one of its fragments is cut short');
  return trun.readUInt32BE(4);
}

/** Sample flags: is no sync sample, or depends on others. */
const dependsOnOthers = 0x10000 | 0x1000000;

function* listRunSamples(trun: Buffer, header: RunHeader, time: number) {
  const flags = trun.readUInt32BE(0);
  const count = readRunCount(trun);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag);
  let at = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  if (at + count * fields.length * 4 > trun.length)
    throw new DamagedFileError('one of its fragments is cut short');
  let offset = header.base + (flags & 0x1 ? trun.readInt32BE(8) : 0);
  const firstFlags = flags & 0x4 ? trun.readUInt32BE(flags & 0x1 ? 12 : 8) : header.flags;
  let decodeTime = time;
  for (let n = 0; n < count; n += 1) {
    const next = (flag: number, otherwise: number) => {
      if ((flags & flag) === 0) return otherwise;
      at += 4;
      return trun.readUInt32BE(at - 4);
    };
    const duration = next(0x100, header.duration);
    const size = next(0x200, header.size);
    const sampleFlags = next(0x400, n === 0 ? firstFlags : header.flags);
    const compositionOffset = next(0x800, 0) | 0;
    if (size === 0) throw new DamagedFileError('one of its fragments holds an empty sample');
    yield {
      ...{ decodeTime, duration, compositionOffset, offset, size },
      isSync: (sampleFlags & dependsOnOthers) === 0,
    };
    decodeTime += duration;
    offset += size;
  }
}

function collectSamples(all: readonly RunSample[], end: number): FragmentSamples {
  const samples = createSamples(all.length);
  const hidden = new Set<number>();
  for (const [n, sample] of all.entries()) {
    samples.decodeTimes[n] = sample.decodeTime;
    samples.compositionTimes[n] = sample.decodeTime + sample.compositionOffset;
    samples.sync[n] = sample.isSync ? 1 : 0;
    samples.offsets[n] = sample.offset;
    samples.sizes[n] = sample.size;
    if (sample.isHidden) hidden.add(n);
  }
  samples.decodeTimes[all.length] = end;
  return { samples, hidden };
}
