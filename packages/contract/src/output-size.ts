/** Width and height in whole pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The maximum output size for each `max_resolution`, in landscape. Portrait sources swap width and height. */
export const outputBoxes = {
  720: { width: 1280, height: 720 },
  1080: { width: 1920, height: 1080 },
} as const;

/**
 * Computes the size of the output: the size of the source, after EXIF or track rotation, scaled down to fit the box. The
 * aspect ratio is kept. Videos get an even width and height, which H.264 4:2:0 requires.
 */
export function computeOutputSize(source: Size, maxResolution: 720 | 1080, type: 'image' | 'video'): Size {
  const box = outputBoxes[maxResolution];
  const isPortrait = source.height > source.width;
  const boxWidth = isPortrait ? box.height : box.width;
  const boxHeight = isPortrait ? box.width : box.height;
  const scale = Math.min(1, boxWidth / source.width, boxHeight / source.height);
  const width = Math.max(1, Math.min(boxWidth, Math.round(source.width * scale)));
  const height = Math.max(1, Math.min(boxHeight, Math.round(source.height * scale)));
  if (type === 'image') return { width, height };
  return { width: Math.max(2, width - (width % 2)), height: Math.max(2, height - (height % 2)) };
}
