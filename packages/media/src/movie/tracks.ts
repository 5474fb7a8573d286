import { DamagedFileError } from '../probe/reader.ts';
import { type Box, findBox, findBoxAt, listBoxes } from './boxes.ts';
import { readSampleEntries, type SampleEntry } from './sample-entries.ts';
import type { SampleTable } from './samples/samples.ts';
import { type DisplayMatrix, readMovieMatrix, readTrackHeader, type TrackHeader } from './track-header.ts';

/** A video track, as its headers have it. */
export interface VideoTrack {
  readonly header: TrackHeader;
  /** Its sample entries; none where its codec is not taken. */
  readonly entries: readonly SampleEntry[];
  /** The name of a codec that is not taken; undefined where that is unknown. */
  readonly codec: string | undefined;
  /** Ticks a second of the track, and of the movie. */
  readonly timescale: number;
  readonly movieTimescale: number;
  /** In ticks of the track; 0 where that isn't stored. */
  readonly mediaDuration: number;
  readonly editList: Buffer | undefined;
  readonly table: SampleTable;
}

/** Lists the video tracks of a `moov` box in their order. */
export function listVideoTracks(movie: readonly Box[]): VideoTrack[] {
  const mvhd = findBox(movie, 'mvhd');
  if (mvhd === undefined || mvhd.length < 20) throw new DamagedFileError('its movie header is cut short');
  const movieTimescale = toTimescale(mvhd.readInt32BE(mvhd[0] === 1 ? 20 : 12));
  const matrix = readMovieMatrix(mvhd);
  return movie
    .filter(({ type }) => type === 'trak')
    .flatMap(({ body }) => readVideoTrack(listBoxes(body), movieTimescale, matrix) ?? []);
}

function readVideoTrack(
  track: readonly Box[],
  movieTimescale: number,
  movieMatrix: DisplayMatrix,
): VideoTrack | undefined {
  const media = listBoxes(findBox(track, 'mdia') ?? Buffer.alloc(0));
  if (findBox(media, 'hdlr')?.toString('latin1', 8, 12) !== 'vide') return undefined;
  const header = readTrackHeader(findBox(track, 'tkhd'), movieMatrix);
  const mdhd = findBox(media, 'mdhd');
  const stbl = findBoxAt(media, 'minf', 'stbl');
  const isLong = mdhd?.[0] === 1;
  if (header === undefined || stbl === undefined || mdhd === undefined || mdhd.length < (isLong ? 32 : 20))
    throw new DamagedFileError('one of its tracks is cut short');
  const table = new Map<string, Buffer>();
  for (const { type, body } of listBoxes(stbl)) if (!table.has(type)) table.set(type, body);
  return {
    header,
    ...readSampleEntries(table.get('stsd')),
    timescale: toTimescale(mdhd.readInt32BE(isLong ? 20 : 12)),
    movieTimescale,
    mediaDuration: readDuration(mdhd, isLong),
    editList: findBoxAt(track, 'edts', 'elst'),
    table,
  };
}

/** A time scale that makes no sense counts as 1, as in FFmpeg. */
function toTimescale(stored: number): number {
  return stored > 0 ? stored : 1;
}

/** All ones stand for a duration that is not known. */
function readDuration(mdhd: Buffer, isLong: boolean): number {
  const stored = isLong ? mdhd.readBigUInt64BE(24) : BigInt(mdhd.readUInt32BE(16));
  return stored === (isLong ? 2n ** 64n : 2n ** 32n) - 1n ? 0 : Number(stored);
}
