const orientationTag = 0x0112;
/** Bytes of the whole numbers that TIFF has. Orientations should be of two; decoders take the others too. */
const bytesOfType: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4 };

/**
 * The orientation, 1 to 8, that an EXIF block asks for; 1 when it says nothing or is damaged, as viewers do.
 * @param block a TIFF structure, with or without `Exif\0\0` before it
 */
export function readExifOrientation(block: Buffer): number {
  const tiff = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return 1;
  const u16 = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  if (u16(2) !== 42) return 1;
  const directory = u32(4);
  if (directory + 2 > tiff.length) return 1;
  const entries = u16(directory);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > tiff.length) return 1;
    if (u16(entry) !== orientationTag) continue;
    const bytes = bytesOfType[u16(entry + 2)];
    if (bytes === undefined || u32(entry + 4) < 1) return 1;
    const value = order === 'II' ? tiff.readUIntLE(entry + 8, bytes) : tiff.readUIntBE(entry + 8, bytes);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Width and height as shown, for pixels stored with an EXIF orientation. 5 to 8 lie on their side. */
export function applyOrientation(width: number, height: number, orientation: number) {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
