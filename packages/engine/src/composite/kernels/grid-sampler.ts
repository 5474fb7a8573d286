import type { Size } from '@restage/contract';
import type { Arena, Block } from '@restage/pixels';

/** Channels of the coarse grids that blending samples: two colours, each with a spare float. */
const gridChannels = 8;
/** Bytes of one cell. */
export const fieldBytes: number = gridChannels * 4;

/** Tables in an arena for bilinear sampling of coarse grids at full size; see `gridCode`. */
export interface GridSampler {
  /** Values for the kernel parameters with the same names. */
  readonly columns: number;
  readonly rows: number;
  readonly stride: number;
  /** Allocates a grid, followed by a row of zeros: sampling reads past the last row with weight 0. */
  grid(): Block<Float32Array>;
  /** Allocates one row. */
  line(): Block<Float32Array>;
}

/**
 * Builds the tables for sampling grids of `coarse`'s size at full `size`: an offset and a weight for each column and
 * row.
 */
export function buildGridSampler(
  arena: Pick<Arena<unknown>, 'floats' | 'integers'>,
  coarse: Size,
  size: Size,
): GridSampler {
  const stride = coarse.width * fieldBytes;
  return {
    columns: buildAxisSteps(arena, coarse.width, size.width, fieldBytes),
    rows: buildAxisSteps(arena, coarse.height, size.height, stride),
    stride,
    grid: () => arena.floats((coarse.height + 1) * coarse.width * gridChannels),
    line: () => arena.floats((coarse.width + 1) * gridChannels),
  };
}

/**
 * For each of `count` positions along an edge, the byte offset of the cell before it and the weight of the one after
 * it.
 */
export function buildAxisSteps(
  arena: Pick<Arena<unknown>, 'floats' | 'integers'>,
  cells: number,
  count: number,
  bytes: number,
): number {
  const { at, view } = arena.integers(count * 2);
  const shares = new Float32Array(view.buffer, view.byteOffset, view.length);
  for (let i = 0; i < count; i++) {
    const place = Math.max(0, Math.min(cells - 1, ((i + 0.5) * cells) / count - 0.5));
    view[i * 2] = Math.floor(place) * bytes;
    shares[i * 2 + 1] = place - Math.floor(place);
  }
  return at;
}

/** Bytes that a sampler needs, with `grids` grids and as many lines. */
export function getSamplerBytes({ width, height }: Size, size: Size, grids: number): number {
  return (size.width + size.height) * 8 + grids * (height + 2) * (width + 1) * fieldBytes;
}
