import type { Size } from '@restage/contract';
import { getCountedSize } from '../picture-size.ts';
import type { SampleEntry } from '../sample-entries.ts';
import type { PictureFormat } from './format.ts';
import { type DecoderConfiguration, listNalUnits } from './nal-units.ts';
import {
  addParameterSet,
  getNalType,
  type ParameterSets,
  readSlicePicture,
  type VideoCodec,
} from './parameter-sets.ts';

/** What the coded stream says of its pictures. */
export interface CodedPictures {
  /** The format of the first picture; undefined where no parameter set tells. */
  readonly first: PictureFormat | undefined;
  /** All formats that were found. */
  readonly all: readonly PictureFormat[];
}

/**
 * Reads the formats of a stream's pictures from its sample entries and its first sample, whose own parameter sets
 * replace those of the entry.
 */
export function readPictureFormats(entries: readonly SampleEntry[], firstSample: Buffer): CodedPictures {
  const all: PictureFormat[] = [];
  const known = entries.map(({ codec, configuration }) => {
    const sets: ParameterSets = { sequences: new Map(), pictures: new Map() };
    all.push(...addParameterSets(codec, configuration.nalUnits, sets));
    return sets;
  });
  const [entry] = entries;
  const sets = known[0];
  if (entry === undefined || sets === undefined) return { first: undefined, all };
  const nalUnits = [...listNalUnits(firstSample, entry.configuration.lengthBytes)];
  all.push(...addParameterSets(entry.codec, nalUnits, sets));
  for (const nal of nalUnits) {
    const picture = readSlicePicture(entry.codec, nal);
    const sequence = picture === undefined ? undefined : sets.pictures.get(picture);
    const format = sequence === undefined ? undefined : sets.sequences.get(sequence);
    if (format !== undefined) return { first: format, all };
  }
  return { first: sets.sequences.values().next().value, all };
}

/** Reads the parameter sets among NAL units. @returns the formats that they tell */
function addParameterSets(
  codec: VideoCodec,
  nalUnits: Iterable<Buffer>,
  sets: ParameterSets,
): PictureFormat[] {
  return [...nalUnits].flatMap((nal) => addParameterSet(codec, nal, sets) ?? []);
}

/**
 * The largest size that the parameter sets of a sample announce; undefined where it has none.
 * @param lengthBytes bytes of the length before each NAL unit
 */
export function findLargestAnnounced(
  codec: VideoCodec,
  sample: Buffer,
  lengthBytes: number,
): Size | undefined {
  const sets: ParameterSets = { sequences: new Map(), pictures: new Map() };
  const formats = addParameterSets(codec, listNalUnits(sample, lengthBytes), sets);
  const sizes = formats.map(getCountedSize);
  return sizes.sort((one, other) => other.width * other.height - one.width * one.height)[0];
}

/** Slices of pictures that can't be decoded when decoding begins at the sync sample before them (`RASL_N`, `RASL_R`). */
const skippedSlices: ReadonlySet<number> = new Set([8, 9]);
const instantRefresh = 5;

/** Whether a sample of H.264 begins anew, so that nothing after it refers to what is before it. */
export function isInstantRefresh(sample: Buffer, { lengthBytes }: DecoderConfiguration): boolean {
  for (const nal of listNalUnits(sample, lengthBytes)) {
    const type = getNalType('h264', nal);
    if (type >= 1 && type <= 5) return type === instantRefresh;
  }
  return true;
}

/** Whether a sample of HEVC refers to what is before the sync sample that it follows. */
export function isSkippedLeading(sample: Buffer, { lengthBytes }: DecoderConfiguration): boolean {
  for (const nal of listNalUnits(sample, lengthBytes)) {
    const type = getNalType('hevc', nal);
    if (type < 32) return skippedSlices.has(type);
  }
  return false;
}
