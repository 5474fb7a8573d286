import sharp from 'sharp';

/** Writes 8-bit pixels as PNG: three channels are sRGB, one is grey. */
export async function writePng(
  path: string,
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
): Promise<void> {
  const image = sharp(data, { raw: { width, height, channels } });
  await (channels === 1 ? image.toColourspace('b-w') : image).png({ compressionLevel: 4 }).toFile(path);
}
