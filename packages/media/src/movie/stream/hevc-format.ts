import type { BitReader } from './bits.ts';
import { type PictureFormat, type PixelAspect, readCrop, readPixelAspect } from './format.ts';

/** Reads a sequence parameter set of HEVC (Rec. ITU-T H.265, 7.3.2.2.1); undefined for one that is cut short. */
export function readHevcFormat(bits: BitReader): PictureFormat | undefined {
  bits.skip(4);
  const subLayers = bits.read(3);
  bits.skip(1);
  skipProfile(bits, subLayers);
  const id = bits.readUnsigned();
  const chroma = bits.readUnsigned();
  const isSeparate = chroma === 3 && bits.readFlag();
  const codedWidth = bits.readUnsigned();
  const codedHeight = bits.readUnsigned();
  const subsampled = isSeparate ? 0 : chroma;
  const unit = { x: subsampled === 1 || subsampled === 2 ? 2 : 1, y: subsampled === 1 ? 2 : 1 };
  const cropped = readCrop(bits, codedWidth, codedHeight, unit);
  if (bits.isPastEnd() || codedWidth < 1 || codedHeight < 1) return undefined;
  // What follows only leads to the pixel aspect.
  const pixelAspect = readHevcAspect(bits, subLayers);
  return {
    ...{ id, codedWidth, codedHeight },
    ...cropped,
    pixelAspect: bits.isPastEnd() ? undefined : pixelAspect,
  };
}

function skipProfile(bits: BitReader, subLayers: number): void {
  bits.skip(88 + 8);
  const present = Array.from({ length: subLayers }, () => [bits.readFlag(), bits.readFlag()] as const);
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const [hasProfile, hasLevel] of present) bits.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

function readHevcAspect(bits: BitReader, subLayers: number): PixelAspect | undefined {
  bits.readUnsigned();
  bits.readUnsigned();
  const orderBits = bits.readUnsigned() + 4;
  const layers = bits.readFlag() ? subLayers + 1 : 1;
  for (let n = 0; n < layers * 3; n += 1) bits.readUnsigned();
  for (let n = 0; n < 6; n += 1) bits.readUnsigned();
  if (bits.readFlag() && bits.readFlag()) skipHevcScalingLists(bits);
  bits.skip(2);
  if (bits.readFlag()) {
    bits.skip(8);
    bits.readUnsigned();
    bits.readUnsigned();
    bits.skip(1);
  }
  if (!skipReferenceSets(bits)) return undefined;
  if (bits.readFlag()) {
    const pictures = Math.min(32, bits.readUnsigned());
    bits.skip(pictures * (orderBits + 1));
  }
  bits.skip(2);
  return bits.readFlag() ? readPixelAspect(bits) : undefined;
}

/** `scaling_list_data()`, 7.3.4. */
function skipHevcScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size += 1) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.readFlag()) {
        bits.readUnsigned();
        continue;
      }
      if (size > 1) bits.readSigned();
      for (let n = 0; n < Math.min(64, 1 << (4 + size * 2)); n += 1) bits.readSigned();
    }
  }
}

/** `st_ref_pic_set()` for each of the set's own, 7.3.7 and 7.4.8. @returns whether they make sense */
function skipReferenceSets(bits: BitReader): boolean {
  const sets = bits.readUnsigned();
  if (sets > 64) return false;
  /** Differences in picture order count of the set before: those below 0, then those above, each from the nearest on. */
  let differences: number[] = [];
  for (let set = 0; set < sets; set += 1) {
    if (set > 0 && bits.readFlag()) differences = readPredictedSet(bits, differences);
    else {
      const counts = [bits.readUnsigned(), bits.readUnsigned()];
      if (counts.some((count) => count > 16)) return false;
      differences = counts.flatMap((count, side) => {
        let difference = 0;
        return Array.from({ length: count }, () => {
          difference += (bits.readUnsigned() + 1) * (side === 0 ? -1 : 1);
          bits.skip(1);
          return difference;
        });
      });
    }
  }
  return true;
}

function readPredictedSet(bits: BitReader, from: readonly number[]): number[] {
  const isBack = bits.readFlag();
  const step = (bits.readUnsigned() + 1) * (isBack ? -1 : 1);
  const kept = [...from, 0].flatMap((difference) => {
    const isUsed = bits.readFlag();
    const isKept = isUsed || bits.readFlag();
    return isKept && difference + step !== 0 ? [difference + step] : [];
  });
  kept.sort((one, other) => Math.abs(one) - Math.abs(other));
  return [...kept.filter((difference) => difference < 0), ...kept.filter((difference) => difference > 0)];
}
