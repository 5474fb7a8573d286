import type { Picture } from '@restage/pixels';

/**
 * Structural similarity of two pictures' luma (Wang et al. 2004): the mean over windows of 8 × 8 pixels, every fourth
 * one. 1 is the same.
 */
export function computeSsim(one: Picture, other: Picture): number {
  const [a, b] = [toLuma(one), toLuma(other)];
  let sum = 0;
  let windows = 0;
  for (let top = 0; top + 8 <= one.height; top += 4) {
    for (let left = 0; left + 8 <= one.width; left += 4, windows++)
      sum += compareWindow(a, b, top * one.width + left, one.width);
  }
  return sum / windows;
}

function toLuma({ data }: Picture): Float32Array {
  return Float32Array.from({ length: data.length / 3 }, (_, p) => {
    const channel = (c: number) => data[p * 3 + c] ?? 0;
    return 0.299 * channel(0) + 0.587 * channel(1) + 0.114 * channel(2);
  });
}

function compareWindow(a: Float32Array, b: Float32Array, start: number, stride: number): number {
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let n = 0; n < 64; n++) {
    const p = start + (n >> 3) * stride + (n & 7);
    const [x, y] = [a[p] ?? 0, b[p] ?? 0];
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  const [meanA, meanB] = [sumA / 64, sumB / 64];
  const varianceA = squareA / 64 - meanA * meanA;
  const varianceB = squareB / 64 - meanB * meanB;
  const covariance = product / 64 - meanA * meanB;
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance + c2)) /
    ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
  );
}
