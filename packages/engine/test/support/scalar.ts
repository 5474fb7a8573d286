import {
  byteToLinear,
  createRandom,
  fractionByCode,
  type Grid,
  type Lut,
  linearSteps,
  linearToByte,
  lutSize,
  nodeByCode,
} from '@restage/pixels';

/** The reference for the blending kernels, in plain JavaScript: each operation rounded to a float. */
export type Pixel = readonly [number, number, number];

const f = Math.fround;
export const rounded = f;

/** `from` + (`to` − `from`) · `share`. */
export const mixed = (from: number, to: number, share: number) => f(from + f(f(to - from) * share));

export function each(make: (channel: 0 | 1 | 2) => number): Pixel {
  return [make(0), make(1), make(2)];
}

/** Table index of linear light of 0…1: the nearest, halves to even. */
export const place = (linear: number) => f(f(linear * linearSteps) + 2 ** 23) - 2 ** 23;

export function lookUpScalar(lut: Lut, codes: Pixel): Pixel {
  const steps = [lutSize * lutSize * 4, lutSize * 4, 4];
  const base = codes.reduce((sum, code, c) => sum + (nodeByCode[code] ?? 0) * (steps[c] ?? 0), 0);
  const rests = codes.map((code) => fractionByCode[code] ?? 0) as unknown as Pixel;
  // The largest rest first; of equal ones blue before green before red, as the comparisons of `sampleLut` have it.
  const order = [2, 1, 0].sort((a, b) => (rests[b] ?? 0) - (rests[a] ?? 0)) as [number, number, number];
  const [high, middle, low] = order.map((c) => rests[c] ?? 0) as unknown as Pixel;
  const first = base + (steps[order[0]] ?? 0);
  const second = first + (steps[order[1]] ?? 0);
  const far = second + (steps[order[2]] ?? 0);
  const node = (at: number, c: number, weight: number) => f(f(weight) * (lut[at + c] ?? 0));
  return each((c) =>
    f(
      f(node(base, c, 1 - high) + node(first, c, f(high - middle))) +
        f(node(second, c, f(middle - low)) + node(far, c, low)),
    ),
  );
}

export function shineScalar(colour: Pixel, gain: Pixel, wrap: Pixel): Pixel {
  return each((c) => {
    const lit = f(colour[c] * gain[c]);
    const shouldered = lit > f(0.8) ? f(f(0.8) + f(f(f(lit - f(0.8)) * f(0.2)) / f(lit - f(0.6)))) : lit;
    return f(1 - f(f(1 - shouldered) * f(1 - wrap[c])));
  });
}

export function partScalar(codes: Pixel, alpha: number, subject: Pixel, behind: Pixel): Pixel {
  return each((c) => {
    const seen = byteToLinear[codes[c]] ?? 0;
    const rest = f(f(seen - f(alpha * subject[c])) - f(f(1 - alpha) * behind[c]));
    const own = f(subject[c] + f(alpha * rest));
    return linearToByte[place(Math.min(1, Math.max(0, own)))] ?? 0;
  });
}

/** A coarse grid of eight channels at full size: its first and its last colour at a pixel. */
export function readScalar(
  grid: Grid,
  width: number,
  height: number,
  x: number,
  y: number,
): readonly [Pixel, Pixel] {
  const step = (at: number, count: number, cells: number) => {
    const exact = Math.max(0, Math.min(cells - 1, ((at + 0.5) * cells) / count - 0.5));
    return [Math.floor(exact), f(exact - Math.floor(exact))] as const;
  };
  const [column, across] = step(x, width, grid.width);
  const [row, down] = step(y, height, grid.height);
  const value = (cx: number, cy: number, c: number) =>
    grid.data[(Math.min(cy, grid.height - 1) * grid.width + Math.min(cx, grid.width - 1)) * 8 + c] ?? 0;
  const read = (c: number) =>
    mixed(
      mixed(value(column, row, c), value(column, row + 1, c), down),
      mixed(value(column + 1, row, c), value(column + 1, row + 1, c), down),
      across,
    );
  return [each(read), each((c) => read(c + 4))];
}

/** Layers of noise with a matte that is empty on the left, full on the right and anything in between. */
export function noisyLayers(
  width: number,
  height: number,
  coarse: { width: number; height: number },
  seed: number,
) {
  const random = createRandom(seed);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random() * 256);
  const grid = (low: number, high: number): Grid => ({
    ...coarse,
    channels: 8,
    data: Float32Array.from({ length: coarse.width * coarse.height * 8 }, (_, i) =>
      i % 8 < 4 ? low + random() * (high - low) : random() * 0.9,
    ),
  });
  return {
    bytes,
    matte: Uint8Array.from({ length: width * height }, (_, p) =>
      Math.max(0, Math.min(255, ((p % width) / width - 0.5) * 700 + 127 + (random() - 0.5) * 200)),
    ),
    linear: Float32Array.from({ length: width * height * 3 }, () => random()),
    light: grid(0.6, 1.7),
    colours: grid(0, 1),
  };
}
