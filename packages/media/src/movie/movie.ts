import type { Size } from '@restage/contract';
import { DamagedFileError, type Reader } from '../probe/reader.ts';
import { findBox, listBoxes } from './boxes.ts';
import { readMovieBoxes } from './movie-boxes.ts';
import { computeDisplaySize, getCountedSize } from './picture-size.ts';
import { listEdits } from './samples/edits.ts';
import { hasOffsets, type Samples } from './samples/samples.ts';
import {
  findUndecodableSamples,
  readSampleStart,
  readStoredSamples,
  type StoredSamples,
} from './samples/stored-samples.ts';
import { computeTimeline, type Timeline } from './samples/timeline.ts';
import type { VideoCodec } from './stream/parameter-sets.ts';
import { readPictureFormats } from './stream/picture-format.ts';
import type { DisplayMatrix } from './track-header.ts';
import { listVideoTracks, type VideoTrack } from './tracks.ts';

/** The video of an MP4 or MOV, and what of it is shown. Its width and height are those of the upright picture with square pixels. */
export interface Movie extends Size {
  readonly format: 'mp4' | 'mov';
  readonly codec: VideoCodec;
  readonly trackId: number;
  /** The largest size that the file says its pictures have anywhere. */
  readonly largest: Size;
  readonly matrix: DisplayMatrix;
  /** Ticks a second. */
  readonly timescale: number;
  /** Bytes of the length before each NAL unit. */
  readonly lengthBytes: number;
  readonly samples: Samples;
  readonly timeline: Timeline;
}

/** A movie that is not taken: what it is, as words that follow "it is". */
export interface UnsupportedMovie {
  readonly unsupported: string;
}

/** Nobody means to show 240 frames for longer than a day. */
const maxSeconds = 86_400;

/**
 * Reads from its headers what the video of an MP4 or MOV is: its track, its size, and which of its frames are shown, and
 * when. Throws DamagedFileError; and MissingBytesError for a part of the file that has not been fetched yet.
 */
export function readMovie(reader: Reader): Movie | UnsupportedMovie {
  const boxes = readMovieBoxes(reader, (movie) => findBox(listBoxes(movie), 'mvex') !== undefined);
  const movie = listBoxes(boxes.movie);
  const tracks = listVideoTracks(movie);
  const accepted = tracks.filter(({ entries }) => entries.length > 0);
  const track = accepted.find(({ header }) => header.isEnabled) ?? accepted[0];
  const entry = track?.entries[0];
  if (tracks[0] === undefined) return { unsupported: 'a file without a video track' };
  if (track === undefined || entry === undefined) {
    if (tracks[0].codec === undefined) throw new DamagedFileError('it does not say how it is coded');
    return { unsupported: `a video with the codec ${tracks[0].codec}` };
  }
  const stored = readStoredSamples(boxes, movie, track);
  const pictures = readPictureFormats(track.entries, readSampleStart(reader, stored.samples, 0));
  const size = computeDisplaySize(track.header, entry, pictures.first);
  const timeline = readTimeline(reader, track, stored);
  if (timeline.count === 0) throw new DamagedFileError('it shows no frames');
  if (timeline.end > maxSeconds * track.timescale)
    return { unsupported: 'a video that lasts longer than a day' };
  return {
    ...size,
    format: boxes.format,
    codec: entry.codec,
    trackId: track.header.trackId,
    largest: findLargest([size, ...track.entries, ...pictures.all.map(getCountedSize)]),
    matrix: track.header.matrix,
    timescale: track.timescale,
    lengthBytes: entry.configuration.lengthBytes,
    samples: stored.samples,
    timeline,
  };
}

function readTimeline(
  reader: Reader,
  { entries, editList, timescale, movieTimescale, table, mediaDuration }: VideoTrack,
  { count, samples, edited, hidden }: StoredSamples,
): Timeline {
  // What holds so many samples is too long, whatever of it an edit list shows.
  if (count > samples.count) return { count, frames: [], end: 0 };
  const undecodable = entries[0] === undefined ? [] : findUndecodableSamples(reader, samples, entries[0]);
  return computeTimeline({
    samples,
    edited,
    hidden: new Set([...hidden, ...undecodable]),
    listEdits: () => listEdits(editList, timescale, movieTimescale),
    hasOffsets: hasOffsets(table),
    mediaDuration,
  });
}

function findLargest(sizes: readonly Size[]): Size {
  const { width, height } = sizes.reduce((one, other) =>
    other.width * other.height > one.width * one.height ? other : one,
  );
  return { width, height };
}
