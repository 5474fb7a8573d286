import { createPlanes, createRandom, type Planes } from '@restage/pixels';

/** Rings that spread, under grain: what an encoder finds hard to decide on. */
export function drawWaves(width: number, height: number, frames: number, seed = 5): readonly Planes[] {
  const random = createRandom(seed);
  return Array.from({ length: frames }, (_, frame) => {
    const planes = createPlanes(width, height);
    planes.data.fill(128);
    for (let p = 0; p < width * height; p++) {
      const radius = Math.hypot((p % width) - width / 2, Math.floor(p / width) - height / 2);
      planes.data[p] = 120 + 60 * Math.sin(radius / (6 + frame * 0.2)) + (random() - 0.5) * 4;
    }
    return planes;
  });
}
