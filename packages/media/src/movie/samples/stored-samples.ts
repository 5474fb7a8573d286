import type { Reader } from '../../probe/reader.ts';
import { type Box, findBox } from '../boxes.ts';
import type { MovieBoxes } from '../movie-boxes.ts';
import type { SampleEntry } from '../sample-entries.ts';
import { isInstantRefresh, isSkippedLeading } from '../stream/picture-format.ts';
import type { VideoTrack } from '../tracks.ts';
import { readFragmentDefaults, readFragments } from './fragments.ts';
import {
  countSamples,
  createSamples,
  expandSamples,
  joinSamples,
  maxSamples,
  type Samples,
} from './samples.ts';
import { readSegmentTimes } from './segment-index.ts';

/** A track's samples, wherever in the file they are listed. */
export interface StoredSamples {
  /** How many there are. */
  readonly count: number;
  /** The samples themselves; none of them where there are more than {@link maxSamples}. */
  readonly samples: Samples;
  /** How many of them, from the first on, `moov` tells: those that the edit list selects from. */
  readonly edited: number;
  /** Samples that overlap others, and are not shown. */
  readonly hidden: ReadonlySet<number>;
}

/** Reads the samples of a track from `moov` and from the fragments. */
export function readStoredSamples(
  { fragments, indexes }: MovieBoxes,
  movie: readonly Box[],
  { header: { trackId }, timescale, table }: VideoTrack,
): StoredSamples {
  const none = { samples: createSamples(0), edited: 0, hidden: new Set<number>() };
  const edited = countSamples(table);
  if (edited > maxSamples) return { ...none, count: edited };
  const samples = expandSamples(table, edited);
  const defaults = readFragmentDefaults(findBox(movie, 'mvex'), trackId);
  if (defaults === undefined || fragments.length === 0)
    return { count: edited, samples, edited, hidden: none.hidden };
  const times = indexes.flatMap(({ body, end }) => [...readSegmentTimes(body, end, trackId, timescale)]);
  const fragmented = readFragments(fragments, trackId, defaults, new Map(times));
  const count = edited + (typeof fragmented === 'number' ? fragmented : fragmented.samples.count);
  if (typeof fragmented === 'number' || count > maxSamples) return { ...none, count };
  const hidden = new Set([...fragmented.hidden].map((sample) => sample + edited));
  return { count, samples: joinSamples(samples, fragmented.samples), edited, hidden };
}

/** Bytes of a sample that are looked at: what tells of its pictures stands in front. */
const maxReadBytes = 65_536;

/** Reads the beginning of a sample; nothing where there is no such sample. */
export function readSampleStart(reader: Reader, { count, offsets, sizes }: Samples, sample: number): Buffer {
  if (sample >= count) return Buffer.alloc(0);
  return reader.read(offsets[sample] as number, Math.min(maxReadBytes, sizes[sample] as number));
}

/** Pictures that may be shown before the sync sample that they follow, at most. */
const maxLeading = 32;

/**
 * Finds samples at the beginning that no decoder shows: they come before the first sync sample when shown, and refer
 * to pictures that are not in the file, as in a shot that was cut from an open group of pictures.
 */
export function findUndecodableSamples(
  reader: Reader,
  samples: Samples,
  { codec, configuration }: SampleEntry,
): number[] {
  const begin = samples.compositionTimes[0] as number;
  const leading: number[] = [];
  for (let sample = 1; sample <= maxLeading && sample < samples.count; sample += 1) {
    if (samples.sync[sample] === 1) break;
    if ((samples.compositionTimes[sample] as number) < begin) leading.push(sample);
  }
  if (leading.length === 0) return leading;
  if (codec === 'h264')
    return isInstantRefresh(readSampleStart(reader, samples, 0), configuration) ? [] : leading;
  return leading.filter((sample) =>
    isSkippedLeading(readSampleStart(reader, samples, sample), configuration),
  );
}
