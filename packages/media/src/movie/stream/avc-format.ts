import type { BitReader } from './bits.ts';
import { type PictureFormat, readCrop, readPixelAspect } from './format.ts';

/** Profiles whose sets tell chroma and bit depth. */
const highProfiles: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);

/** Reads a sequence parameter set of H.264 (Rec. ITU-T H.264, 7.3.2.1.1); undefined for one that is cut short. */
export function readAvcFormat(bits: BitReader): PictureFormat | undefined {
  const profile = bits.read(8);
  bits.skip(16);
  const id = bits.readUnsigned();
  let chroma = 1;
  let isSeparate = false;
  if (highProfiles.has(profile)) {
    chroma = bits.readUnsigned();
    if (chroma === 3) isSeparate = bits.readFlag();
    bits.readUnsigned();
    bits.readUnsigned();
    bits.skip(1);
    if (bits.readFlag()) {
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1)
        if (bits.readFlag()) skipAvcScalingList(bits, list < 6 ? 16 : 64);
    }
  }
  bits.readUnsigned();
  const orderType = bits.readUnsigned();
  if (orderType === 0) bits.readUnsigned();
  if (orderType === 1) {
    bits.skip(1);
    bits.readSigned();
    bits.readSigned();
    const cycle = Math.min(255, bits.readUnsigned());
    for (let n = 0; n < cycle; n += 1) bits.readSigned();
  }
  bits.readUnsigned();
  bits.skip(1);
  const codedWidth = (bits.readUnsigned() + 1) * 16;
  const mapHeight = (bits.readUnsigned() + 1) * 16;
  const isProgressive = bits.readFlag();
  if (!isProgressive) bits.skip(1);
  bits.skip(1);
  const codedHeight = isProgressive ? mapHeight : mapHeight * 2;
  // Crops count in chroma samples, and in pairs of lines where there are fields.
  const subsampled = isSeparate ? 0 : chroma;
  const unit = {
    x: subsampled === 1 || subsampled === 2 ? 2 : 1,
    y: (subsampled === 1 ? 2 : 1) * (isProgressive ? 1 : 2),
  };
  const cropped = readCrop(bits, codedWidth, codedHeight, unit);
  if (bits.isPastEnd()) return undefined;
  const pixelAspect = bits.readFlag() ? readPixelAspect(bits) : undefined;
  return { id, codedWidth, codedHeight, ...cropped, pixelAspect };
}

function skipAvcScalingList(bits: BitReader, size: number): void {
  let last = 8;
  for (let n = 0; n < size && last !== 0; n += 1) last = (last + bits.readSigned() + 256) % 256;
}
