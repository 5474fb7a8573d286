import sharp from 'sharp';

/** 8-bit pixels, rows without gaps. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Three are sRGB, one is grey. */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Writes a PNG. The level and no filters are as fast as a still needs: more costs more time than it saves in size. */
export async function writePng(path: string, { data, ...raw }: Pixels): Promise<void> {
  await sharp(data, { raw })
    .toColourspace(raw.channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 2 })
    .toFile(path);
}
