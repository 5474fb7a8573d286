/** Intersection over union of two soft mattes, 0…1. */
export function iou(one: Uint8Array, other: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let p = 0; p < one.length; p++) {
    both += Math.min(one[p] ?? 0, other[p] ?? 0);
    either += Math.max(one[p] ?? 0, other[p] ?? 0);
  }
  return both / either;
}
