import type { Picture } from '@restage/pixels';
import { iou } from '../drawn/iou.ts';

/** Draws an orange disc, off-centre and over the border, before a blue gradient. */
export function drawOrangeDisc(width: number, height: number, shift = 0): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++)
    data.set(
      isInDisc(p, width, height, shift)
        ? [220, 120, 40]
        : [30, 80, 120 + Math.round((60 * (p % width)) / width)],
      p * 3,
    );
  return { width, height, data };
}

const isInDisc = (p: number, width: number, height: number, shift: number) =>
  Math.hypot((p % width) - width * 0.2 - shift, Math.floor(p / width) - height * 0.7) < height * 0.35;

/** IoU of a matte with the disc. */
export function iouWithDisc(matte: Uint8Array, { width, height }: Picture, shift = 0): number {
  return iou(
    matte,
    matte.map((_, p) => (isInDisc(p, width, height, shift) ? 255 : 0)),
  );
}
