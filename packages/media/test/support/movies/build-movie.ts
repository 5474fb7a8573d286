import { box } from './make-movie.ts';

/** A sample of a movie that is built. */
export interface BuiltSample {
  readonly data: Buffer;
  readonly isSync: boolean;
  /** In ticks. */
  readonly duration: number;
  /** Composition time less decoding time, in ticks. */
  readonly offset: number;
}

/** A segment of an edit list. */
export interface BuiltEdit {
  /** In ticks of the movie. */
  readonly duration: number;
  readonly mediaTime: number;
  /** 1 by default. */
  readonly rate?: number;
}

/** An MP4 or MOV with one video track, of which every table is told. What is left out is plain. */
export interface BuiltMovie {
  readonly samples: readonly BuiltSample[];
  readonly timescale: number;
  readonly movieTimescale?: number;
  readonly edits?: readonly BuiltEdit[];
  readonly editVersion?: 0 | 1;
  /** The sample entry: its type, and the contents of its `avcC` or `hvcC`. */
  readonly type: 'avc1' | 'avc3' | 'hvc1' | 'hev1';
  readonly configuration: Buffer;
  /** What the sample entry says. */
  readonly width: number;
  readonly height: number;
  readonly pixelAspect?: readonly [number, number];
  /** What the track header says; by default what the sample entry says. */
  readonly headerWidth?: number;
  readonly headerHeight?: number;
  /** The track header's a, b, c and d, of 1 for no change. */
  readonly matrix?: readonly [number, number, number, number];
  /** Samples of each fragment; none for a movie that is not fragmented. */
  readonly fragments?: readonly number[];
  /** How fragments tell when they begin. */
  readonly fragmentTimes?: 'tfdt' | 'sidx' | 'none';
  readonly container?: 'mp4' | 'mov' | 'mov without ftyp';
  /** In ticks; by default the sum of all durations. */
  readonly mediaDuration?: number;
}

const u16 = (...values: readonly number[]) => {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [n, value] of values.entries()) buffer.writeUInt16BE(value & 0xffff, n * 2);
  return buffer;
};
const u32 = (...values: readonly number[]) => {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [n, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, n * 4);
  return buffer;
};
const u64 = (...values: readonly number[]) => {
  const buffer = Buffer.alloc(values.length * 8);
  for (const [n, value] of values.entries()) buffer.writeBigInt64BE(BigInt(value), n * 8);
  return buffer;
};
const full = (type: string, version: number, flags: number, ...contents: readonly Buffer[]) =>
  box(type, u32(version * 2 ** 24 + flags), ...contents);
const table = (type: string, version: number, rows: readonly (readonly number[])[]) =>
  full(type, version, 0, u32(rows.length), ...rows.map((row) => u32(...row)));

/** Builds the file. */
export function buildMovie(movie: BuiltMovie): Buffer {
  const { samples, container = 'mp4', fragments } = movie;
  const head =
    container === 'mov without ftyp'
      ? box('wide')
      : container === 'mov'
        ? box('ftyp', Buffer.from('qt  \0\0\x02\0qt  ', 'latin1'))
        : box('ftyp', Buffer.from('isom\0\0\x02\0isomavc1', 'latin1'));
  if (fragments !== undefined)
    return Buffer.concat([head, movieBox(movie, undefined), ...fragmentBoxes(movie, fragments)]);
  const media = box('mdat', ...samples.map(({ data }) => data));
  return Buffer.concat([head, media, movieBox(movie, head.length + 8)]);
}

/** @param dataAt where the samples begin in the file; undefined where fragments tell of them */
function movieBox(movie: BuiltMovie, dataAt: number | undefined): Buffer {
  const { movieTimescale = 1000, timescale, edits = [], editVersion = 0, samples } = movie;
  const { headerWidth = movie.width, headerHeight = movie.height, matrix = [1, 0, 0, 1] } = movie;
  const isFragmented = dataAt === undefined;
  const total = samples.reduce((sum, { duration }) => sum + duration, 0);
  const identity = u32(1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30);
  const [a, b, c, d] = matrix.map((value) => Math.round(value * 65536)) as [number, number, number, number];
  const editRows = edits.map(({ duration, mediaTime, rate = 1 }) => {
    const times = editVersion === 1 ? u64(duration, mediaTime) : u32(duration, mediaTime);
    return Buffer.concat([times, u32(Math.round(rate * 65536))]);
  });
  const trak = box(
    'trak',
    full(
      'tkhd',
      0,
      3,
      u32(0, 0, 1, 0, 0, 0, 0, 0, 0),
      u32(a, b, 0, c, d, 0, 0, 0, 1 << 30),
      u32(headerWidth * 65536, headerHeight * 65536),
    ),
    ...(edits.length === 0
      ? []
      : [box('edts', full('elst', editVersion, 0, u32(edits.length), Buffer.concat(editRows)))]),
    box(
      'mdia',
      full('mdhd', 0, 0, u32(0, 0, timescale, isFragmented ? 0 : (movie.mediaDuration ?? total), 0)),
      full('hdlr', 0, 0, u32(0), Buffer.from('vide'), Buffer.alloc(13)),
      box(
        'minf',
        full('vmhd', 0, 1, Buffer.alloc(8)),
        box('dinf', full('dref', 0, 0, u32(1), full('url ', 0, 1))),
        box('stbl', full('stsd', 0, 0, u32(1), sampleEntry(movie)), ...sampleTables(samples, dataAt)),
      ),
    ),
  );
  const duration = Math.round((total * movieTimescale) / timescale);
  return box(
    'moov',
    full(
      'mvhd',
      0,
      0,
      u32(0, 0, movieTimescale, duration, 1 << 16, 0, 0, 0),
      identity,
      u32(0, 0, 0, 0, 0, 0, 2),
    ),
    trak,
    ...(isFragmented ? [box('mvex', full('trex', 0, 0, u32(1, 1, 0, 0, 0)))] : []),
  );
}

function sampleEntry({ type, configuration, width, height, pixelAspect }: BuiltMovie): Buffer {
  return box(
    type,
    Buffer.alloc(6),
    u16(1, 0, 0, 0, 0, 0, 0, 0, 0),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    box(type.startsWith('avc') ? 'avcC' : 'hvcC', configuration),
    ...(pixelAspect === undefined ? [] : [box('pasp', u32(...pixelAspect))]),
  );
}

function sampleTables(samples: readonly BuiltSample[], dataAt: number | undefined): Buffer[] {
  if (dataAt === undefined)
    return [table('stts', 0, []), table('stsc', 0, []), full('stsz', 0, 0, u32(0, 0)), table('stco', 0, [])];
  const offsets = samples.map(({ offset }) => offset);
  const syncs = samples.flatMap(({ isSync }, n) => (isSync ? [[n + 1]] : []));
  return [
    table('stts', 0, runs(samples.map(({ duration }) => duration))),
    ...(offsets.every((offset) => offset === 0)
      ? []
      : [table('ctts', offsets.some((offset) => offset < 0) ? 1 : 0, runs(offsets))]),
    ...(syncs.length === samples.length ? [] : [table('stss', 0, syncs)]),
    table('stsc', 0, [[1, samples.length, 1]]),
    full('stsz', 0, 0, u32(0, samples.length), u32(...samples.map(({ data }) => data.length))),
    table('stco', 0, [[dataAt]]),
  ];
}

/** How often each value stands, one after the other, and the value. */
function runs(values: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.[1] === value) last[0] += 1;
    else found.push([1, value]);
  }
  return found;
}

function fragmentBoxes(movie: BuiltMovie, counts: readonly number[]): Buffer[] {
  const { samples, fragmentTimes = 'tfdt' } = movie;
  let first = 0;
  let time = 0;
  const fragments = counts.map((count, n) => {
    const part = samples.slice(first, first + count);
    const duration = part.reduce((sum, sample) => sum + sample.duration, 0);
    const fragment = fragmentBox(part, n + 1, fragmentTimes === 'tfdt' ? time : undefined);
    first += count;
    time += duration;
    return { fragment, duration };
  });
  const index = full(
    'sidx',
    0,
    0,
    u32(1, movie.timescale, 0, 0),
    u16(0, fragments.length),
    ...fragments.map(({ fragment, duration }) => u32(fragment.length, duration, 0x90000000)),
  );
  return [...(fragmentTimes === 'sidx' ? [index] : []), ...fragments.map(({ fragment }) => fragment)];
}

function fragmentBox(part: readonly BuiltSample[], sequence: number, time: number | undefined): Buffer {
  const rows = part.map(({ data, isSync, duration, offset }) =>
    u32(duration, data.length, isSync ? 0x2000000 : 0x1010000, offset),
  );
  const moof = (dataOffset: number) =>
    box(
      'moof',
      full('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        full('tfhd', 0, 0x20000, u32(1)),
        ...(time === undefined ? [] : [full('tfdt', 1, 0, u64(time))]),
        full('trun', 1, 0xf01, u32(part.length, dataOffset), ...rows),
      ),
    );
  const { length } = moof(0);
  return Buffer.concat([moof(length + 8), box('mdat', ...part.map(({ data }) => data))]);
}
