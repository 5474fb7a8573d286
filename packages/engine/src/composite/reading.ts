import type { Size } from '@restage/contract';

import type { Arena, Block } from '../wasm/arena.ts';

/** Channels of the coarse grids that blending reads: two colours, each with a float to spare. */
const gridChannels = 8;
/** Bytes of a cell of them. */
export const fieldBytes: number = gridChannels * 4;

/** Coarse grids in an arena, read bilinearly at full size; see `gridCode`. */
export interface GridReading {
  /** Values for the kernel's parameters of the same names. */
  readonly columns: number;
  readonly rows: number;
  readonly stride: number;
  /** Room for a grid, with a row of zeros behind it: reading goes past the last one, by a share of 0. */
  grid(): Block<Float32Array>;
  /** Room for one row. */
  line(): Block<Float32Array>;
}

/** Lays out how grids of `coarse`'s size are read at full `size`: for each column and row, an offset and a share. */
export function layReading(
  arena: Pick<Arena<unknown>, 'floats' | 'integers'>,
  coarse: Size,
  size: Size,
): GridReading {
  const stride = coarse.width * fieldBytes;
  return {
    columns: laySteps(arena, coarse.width, size.width, fieldBytes),
    rows: laySteps(arena, coarse.height, size.height, stride),
    stride,
    grid: () => arena.floats((coarse.height + 1) * coarse.width * gridChannels),
    line: () => arena.floats((coarse.width + 1) * gridChannels),
  };
}

/** For each of `count` places along an edge, the bytes to the cell before it and the share of the one behind it. */
export function laySteps(
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

/** Bytes that a reading takes, with `grids` grids and as many lines. */
export function readingBytes({ width, height }: Size, size: Size, grids: number): number {
  return (size.width + size.height) * 8 + grids * (height + 2) * (width + 1) * fieldBytes;
}
