import { findBox, listBoxes } from './boxes.ts';
import type { EntrySize } from './picture-size.ts';
import { type DecoderConfiguration, readConfiguration } from './stream/nal-units.ts';
import type { VideoCodec } from './stream/parameter-sets.ts';

/** An entry of `stsd` with a codec that is taken. */
export interface SampleEntry extends EntrySize {
  readonly configuration: DecoderConfiguration;
}

const codecs: ReadonlyMap<string, VideoCodec> = new Map([
  ['avc1', 'h264'],
  ['avc3', 'h264'],
  ['hvc1', 'hevc'],
  ['hev1', 'hevc'],
]);

/** Codecs that people send and that are not taken, by the types of their sample entries. */
const otherCodecs: ReadonlyMap<string, string> = new Map([
  ['vp08', 'vp8'],
  ['vp09', 'vp9'],
  ['av01', 'av1'],
  ['mp4v', 'mpeg4'],
  ['s263', 'h263'],
  ['jpeg', 'mjpeg'],
  ['mjp2', 'jpeg2000'],
  ['apco', 'prores'],
  ['apcs', 'prores'],
  ['apcn', 'prores'],
  ['apch', 'prores'],
  ['ap4h', 'prores'],
  ['ap4x', 'prores'],
  ['AVdn', 'dnxhd'],
  ['AVdh', 'dnxhr'],
  ['vvc1', 'vvc'],
]);

const entryHeaderBytes = 78;

/**
 * Reads the entries of an `stsd` box that are of the first one's codec.
 * @returns none, and the name of the codec, where that is not taken
 */
export function readSampleEntries(stsd: Buffer | undefined): {
  readonly entries: readonly SampleEntry[];
  readonly codec: string | undefined;
} {
  const boxes = stsd === undefined ? [] : listBoxes(stsd.subarray(8));
  const type = boxes[0]?.type ?? '';
  const codec = codecs.get(type);
  if (codec === undefined) return { entries: [], codec: getCodecName(type) };
  const same = boxes.filter((box) => codecs.get(box.type) === codec && box.body.length >= entryHeaderBytes);
  const entries = same.map(({ body }) => {
    const inner = listBoxes(body.subarray(entryHeaderBytes));
    return {
      codec,
      width: body.readUInt16BE(24),
      height: body.readUInt16BE(26),
      pixelAspect: readPixelAspectBox(findBox(inner, 'pasp')),
      configuration: readConfiguration(codec, findBox(inner, codec === 'h264' ? 'avcC' : 'hvcC')),
    };
  });
  return { entries, codec: undefined };
}

function getCodecName(type: string): string {
  return otherCodecs.get(type) ?? (/^[\w ]{4}$/.test(type) ? type.trim() : 'unknown');
}

function readPixelAspectBox(pasp: Buffer | undefined) {
  if (pasp === undefined || pasp.length < 8) return undefined;
  const [width, height] = [pasp.readInt32BE(0), pasp.readInt32BE(4)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
