import { DamagedFileError } from '../../probe/reader.ts';
import { readTable, type Table } from '../boxes.ts';

/**
 * The samples of a track in the order in which they are stored and decoded. Times are in ticks of the track's time
 * scale, from the beginning of its media.
 */
export interface Samples {
  readonly count: number;
  /** When each is decoded; and, as one more, when the last one ends. */
  readonly decodeTimes: Float64Array;
  /** When each is shown, before any edit list. */
  readonly compositionTimes: Float64Array;
  /** 1 where decoding can begin. */
  readonly sync: Uint8Array;
  /** Where each begins in the file, and its bytes. */
  readonly offsets: Float64Array;
  readonly sizes: Float64Array;
}

/** Samples that are looked at one by one, at most: four and a half hours at 60 frames a second. */
export const maxSamples = 1_000_000;

/** Durations above this are negative ones in disguise (FFmpeg's `max_stts_delta`). */
const maxDelta = 0xffffffff - 480_000;
/** A composition offset beyond this marks a table that is garbage, as FFmpeg takes it. */
const maxOffset = 2 ** 28;

/** Arrays for samples that are not known yet. */
export function createSamples(count: number): Samples {
  return {
    count,
    decodeTimes: new Float64Array(count + 1),
    compositionTimes: new Float64Array(count),
    sync: new Uint8Array(count),
    offsets: new Float64Array(count),
    sizes: new Float64Array(count),
  };
}

/** The boxes of a track's `stbl`, by their types. */
export type SampleTable = ReadonlyMap<string, Buffer>;

/** Counts the samples of a table without looking at each: those that sizes and chunks both account for. */
export function countSamples(table: SampleTable): number {
  if (readTable(table.get('stts'), 2).rows === 0) return 0;
  let chunked = 0;
  for (const { chunks, samples } of listChunkRuns(table)) chunked += chunks * samples;
  return Math.min(readSizes(table).count, chunked);
}

/** Whether a table tells composition offsets. */
export function hasOffsets(table: SampleTable): boolean {
  return listOffsetRuns(table).next().done !== true;
}

/** Puts the first `count` samples of a table in arrays. */
export function expandSamples(table: SampleTable, count: number): Samples {
  const samples = createSamples(count);
  setSampleOffsets(table, samples);
  setSampleTimes(table, samples);
  markSyncSamples(table, samples.sync);
  return samples;
}

function setSampleOffsets(table: SampleTable, { count, offsets, sizes }: Samples): void {
  const { getSize } = readSizes(table);
  const chunkOffsets = readChunkOffsets(table);
  let sample = 0;
  for (const { first, chunks, samples } of listChunkRuns(table)) {
    for (let chunk = first; chunk < first + chunks; chunk += 1) {
      let offset = chunkOffsets.get(chunk, 0);
      for (let n = 0; n < samples; n += 1, sample += 1) {
        if (sample === count) return;
        const size = getSize(sample);
        offsets[sample] = offset;
        sizes[sample] = size;
        offset += size;
      }
    }
  }
}

function setSampleTimes(table: SampleTable, { count, decodeTimes, compositionTimes }: Samples): void {
  let sample = 0;
  let time = 0;
  for (const { samples, duration, isLast } of listDurationRuns(table)) {
    // The last duration holds for all samples that are left, whatever its count.
    const end = isLast ? count : Math.min(count, sample + samples);
    for (; sample < end; sample += 1) {
      decodeTimes[sample] = time;
      time += duration;
    }
  }
  decodeTimes[count] = time;
  compositionTimes.set(decodeTimes.subarray(0, count));
  sample = 0;
  for (const { samples, offset } of listOffsetRuns(table)) {
    for (const end = Math.min(count, sample + samples); sample < end; sample += 1)
      compositionTimes[sample] = (compositionTimes[sample] as number) + offset;
  }
}

/**
 * Lists the runs of `stts`. A duration that is negative in disguise becomes 1 tick, and what that adds is taken off the
 * durations after it, as FFmpeg does, so that times never go back.
 */
function* listDurationRuns(table: SampleTable) {
  const { rows, get } = readTable(table.get('stts'), 2);
  let time = 0;
  let meant = 0;
  for (let row = 0; row < rows; row += 1) {
    const samples = get(row, 0);
    const stored = get(row, 1);
    let duration = stored > maxDelta ? 1 : stored;
    meant += (stored > maxDelta ? stored - 2 ** 32 : stored) * samples;
    time += duration * samples;
    if (time > meant) {
      const drift = Math.floor((time - meant) / Math.max(samples, 1));
      const correction = duration > drift ? drift : Math.max(0, duration - 1);
      time -= correction * samples;
      duration -= correction;
    }
    yield { samples, duration, isLast: row === rows - 1 };
  }
}

/** Lists the runs of `ctts`, whose offsets count as signed in every version of the box; none of a table that is garbage. */
function* listOffsetRuns(table: SampleTable) {
  const { rows, get } = readTable(table.get('ctts'), 2);
  const isRun = (row: number) => (get(row, 0) | 0) > 0;
  for (let row = 0; row + 2 < rows; row += 1) if (isRun(row) && Math.abs(get(row, 1) | 0) > maxOffset) return;
  for (let row = 0; row < rows; row += 1)
    if (isRun(row)) yield { samples: get(row, 0), offset: get(row, 1) | 0 };
}

function markSyncSamples(table: SampleTable, sync: Uint8Array): void {
  const stss = table.get('stss');
  const partial = readTable(table.get('stps'), 1);
  if (stss === undefined && partial.rows === 0) sync.fill(1);
  const listed = readTable(stss, 1);
  if (stss !== undefined && listed.rows === 0 && partial.rows === 0 && sync.length > 0) sync[0] = 1;
  for (const { rows, get } of [listed, partial]) {
    // Numbers count from 1; some writers count from 0.
    const base = rows > 0 && get(0, 0) > 0 ? 1 : 0;
    for (let row = 0; row < rows; row += 1) {
      const sample = get(row, 0) - base;
      if (sample >= 0 && sample < sync.length) sync[sample] = 1;
    }
  }
}

interface Sizes {
  readonly count: number;
  getSize(sample: number): number;
}

function readSizes(table: SampleTable): Sizes {
  const stsz = table.get('stsz');
  if (stsz !== undefined && stsz.length >= 12) {
    const size = stsz.readUInt32BE(4);
    const stored = stsz.readUInt32BE(8);
    if (size > 0) return { count: stored, getSize: () => size };
    const count = Math.min(stored, (stsz.length - 12) >> 2);
    return { count, getSize: (sample) => stsz.readUInt32BE(12 + sample * 4) };
  }
  const stz2 = table.get('stz2');
  if (stz2 === undefined || stz2.length < 12) return { count: 0, getSize: () => 0 };
  const bits = stz2.readUInt8(7);
  if (bits !== 4 && bits !== 8 && bits !== 16)
    throw new DamagedFileError('its sample sizes are of no known width');
  const count = Math.min(stz2.readUInt32BE(8), Math.floor(((stz2.length - 12) * 8) / bits));
  const getSize = (sample: number) => {
    if (bits === 16) return stz2.readUInt16BE(12 + sample * 2);
    const byte = stz2.readUInt8(12 + Math.floor((sample * bits) / 8));
    if (bits === 8) return byte;
    return sample % 2 === 0 ? byte >> 4 : byte & 15;
  };
  return { count, getSize };
}

/** Lists runs of chunks, numbered from 0, that hold equally many samples each. */
function* listChunkRuns(table: SampleTable) {
  const { rows, get } = readTable(table.get('stsc'), 3);
  const all = readChunkOffsets(table).rows;
  for (let row = 0; row < rows; row += 1) {
    const first = row === 0 ? 0 : get(row, 0) - 1;
    const next = Math.min(all, row + 1 < rows ? get(row + 1, 0) - 1 : all);
    if (next > first && first >= 0) yield { first, chunks: next - first, samples: get(row, 1) };
  }
}

function readChunkOffsets(table: SampleTable): Table {
  const co64 = table.get('co64');
  if (co64 === undefined) return readTable(table.get('stco'), 1);
  const { rows, get } = readTable(co64, 2);
  return { rows, get: (row) => get(row, 0) * 2 ** 32 + get(row, 1) };
}

/** The sample from which decoding has to begin so that a sample can be shown. */
export function findKeySample({ compositionTimes, sync }: Samples, sample: number): number {
  const time = compositionTimes[sample] as number;
  for (let key = sample; key > 0; key -= 1)
    if (sync[key] === 1 && (compositionTimes[key] as number) <= time) return key;
  return 0;
}

/** Samples one after the other. */
export function joinSamples(one: Samples, other: Samples): Samples {
  if (one.count === 0) return other;
  const joined = createSamples(one.count + other.count);
  for (const [at, part] of [
    [0, one],
    [one.count, other],
  ] as const) {
    joined.decodeTimes.set(part.decodeTimes, at);
    joined.compositionTimes.set(part.compositionTimes, at);
    joined.sync.set(part.sync, at);
    joined.offsets.set(part.offsets, at);
    joined.sizes.set(part.sizes, at);
  }
  return joined;
}
