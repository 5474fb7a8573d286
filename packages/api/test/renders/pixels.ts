import sharp from 'sharp';

/** An image as 8-bit RGB, three bytes per pixel. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Decodes an image. */
export async function readImage(bytes: Uint8Array): Promise<Image> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels`);
  return { width: info.width, height: info.height, pixels: data };
}

/** Crops an image. */
export function crop(image: Image, box: { left: number; top: number; width: number; height: number }): Image {
  const pixels = new Uint8Array(box.width * box.height * 3);
  for (let row = 0; row < box.height; row += 1) {
    const from = ((box.top + row) * image.width + box.left) * 3;
    pixels.set(image.pixels.subarray(from, from + box.width * 3), row * box.width * 3);
  }
  return { width: box.width, height: box.height, pixels };
}

/** Computes the mean of red, green and blue, 0…255. */
export function computeMeanColour({ pixels }: Image): readonly [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < pixels.length; index += 3) {
    sums[0] += pixels[index] ?? 0;
    sums[1] += pixels[index + 1] ?? 0;
    sums[2] += pixels[index + 2] ?? 0;
  }
  const count = pixels.length / 3;
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** Computes the Pearson correlation of the luma of two images, −1…1. Brightness and contrast do not affect it. */
export function computeCorrelation(a: Image, b: Image): number {
  if (a.pixels.length !== b.pixels.length) throw new Error('The images have different sizes.');
  const x = computeLuma(a);
  const y = computeLuma(b);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let index = 0; index < x.length; index += 1) {
    const dx = (x[index] ?? 0) - mx;
    const dy = (y[index] ?? 0) - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

function computeLuma({ pixels }: Image): Float64Array {
  const values = new Float64Array(pixels.length / 3);
  for (let index = 0; index < values.length; index += 1) {
    const at = index * 3;
    values[index] =
      0.2126 * (pixels[at] ?? 0) + 0.7152 * (pixels[at + 1] ?? 0) + 0.0722 * (pixels[at + 2] ?? 0);
  }
  return values;
}
