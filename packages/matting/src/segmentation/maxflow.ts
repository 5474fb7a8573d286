/**
 * A minimum cut through a grid whose cells are connected to their right, lower, and two lower diagonal neighbours.
 * Boykov and Kolmogorov's algorithm (2004), which keeps its search trees between augmentations.
 */
export interface GridCut {
  readonly width: number;
  readonly height: number;
  /** Cost of labelling a cell background (positive) or subject (negative). */
  readonly terminal: Float64Array;
  /** Weights of the edges to the neighbour at the right, below right, below, below left: four per cell. */
  readonly edgeWeights: Float32Array;
}

const none = -1;
const terminalArc = -2;
const orphan = -3;

/** @returns one byte per cell: 1 is subject. */
export function cutGrid(grid: GridCut): Uint8Array {
  const { width, height } = grid;
  const cells = width * height;
  const offset = [1, width + 1, width, width - 1, -1, -width - 1, -width, 1 - width];
  const residual = buildArcs(grid);
  const start = getMargin(width) * 8;
  const terminal = grid.terminal.slice();
  const tree = new Int8Array(cells);
  const parent = new Int32Array(cells).fill(none);
  const queued = new Uint8Array(cells);
  const queue: number[] = [];
  let head = 0;
  const orphans: number[] = [];

  const activate = (cell: number) => {
    if (queued[cell] === 1) return;
    queued[cell] = 1;
    queue.push(cell);
  };
  for (let cell = 0; cell < cells; cell++) {
    const value = terminal[cell] as number;
    if (value === 0) continue;
    tree[cell] = value > 0 ? 1 : -1;
    parent[cell] = terminalArc;
    activate(cell);
  }

  /** Residual capacity from the source side over arc `k` of `cell`, or towards the sink side. */
  const getCapacity = (cell: number, k: number, side: number): number =>
    side > 0
      ? (residual[start + cell * 8 + k] as number)
      : (residual[start + (cell + (offset[k] as number)) * 8 + ((k + 4) & 7)] as number);

  const grow = (): readonly [number, number] | undefined => {
    for (; head < queue.length; head++) {
      const cell = queue[head] as number;
      const side = tree[cell] as number;
      if (side === 0) {
        queued[cell] = 0;
        continue;
      }
      for (let k = 0; k < 8; k++) {
        if (getCapacity(cell, k, side) <= 1e-9) continue;
        const other = cell + (offset[k] as number);
        if (tree[other] === 0) {
          tree[other] = side;
          parent[other] = (k + 4) & 7;
          activate(other);
        } else if (tree[other] !== side) {
          return side > 0 ? [cell, k] : [other, (k + 4) & 7];
        }
      }
      queued[cell] = 0;
    }
    queue.length = 0;
    head = 0;
    return undefined;
  };

  const augment = ([from, arc]: readonly [number, number]): void => {
    const to = from + (offset[arc] as number);
    let least = residual[start + from * 8 + arc] as number;
    for (let cell = from; ; ) {
      const k = parent[cell] as number;
      if (k === terminalArc) {
        least = Math.min(least, terminal[cell] as number);
        break;
      }
      const up = cell + (offset[k] as number);
      least = Math.min(least, residual[start + up * 8 + ((k + 4) & 7)] as number);
      cell = up;
    }
    for (let cell = to; ; ) {
      const k = parent[cell] as number;
      if (k === terminalArc) {
        least = Math.min(least, -(terminal[cell] as number));
        break;
      }
      least = Math.min(least, residual[start + cell * 8 + k] as number);
      cell += offset[k] as number;
    }
    push(from, arc, least);
    for (let cell = from; ; ) {
      const k = parent[cell] as number;
      if (k === terminalArc) {
        terminal[cell] = (terminal[cell] as number) - least;
        if ((terminal[cell] as number) <= 1e-9) orphans.push(cell);
        break;
      }
      const up = cell + (offset[k] as number);
      push(up, (k + 4) & 7, least);
      if ((residual[start + up * 8 + ((k + 4) & 7)] as number) <= 1e-9) orphans.push(cell);
      cell = up;
    }
    for (let cell = to; ; ) {
      const k = parent[cell] as number;
      if (k === terminalArc) {
        terminal[cell] = (terminal[cell] as number) + least;
        if ((terminal[cell] as number) >= -1e-9) orphans.push(cell);
        break;
      }
      const down = cell + (offset[k] as number);
      push(cell, k, least);
      if ((residual[start + cell * 8 + k] as number) <= 1e-9) orphans.push(cell);
      cell = down;
    }
  };

  const push = (cell: number, k: number, amount: number) => {
    const forth = start + cell * 8 + k;
    const back = start + (cell + (offset[k] as number)) * 8 + ((k + 4) & 7);
    residual[forth] = (residual[forth] as number) - amount;
    residual[back] = (residual[back] as number) + amount;
  };

  const isRooted = (cell: number): boolean => {
    for (let at = cell; ; ) {
      const k = parent[at] as number;
      if (k === terminalArc) return true;
      if (k === none || k === orphan) return false;
      at += offset[k] as number;
    }
  };

  const adopt = (): void => {
    for (const cell of orphans) parent[cell] = orphan;
    for (let cell = orphans.pop(); cell !== undefined; cell = orphans.pop()) {
      const side = tree[cell] as number;
      let found = none;
      for (let k = 0; k < 8 && found === none; k++) {
        const other = cell + (offset[k] as number);
        if (tree[other] === side && getCapacity(other, (k + 4) & 7, side) > 1e-9 && isRooted(other))
          found = k;
      }
      if (found !== none) {
        parent[cell] = found;
        continue;
      }
      for (let k = 0; k < 8; k++) {
        const other = cell + (offset[k] as number);
        if (tree[other] !== side) continue;
        if (getCapacity(other, (k + 4) & 7, side) > 1e-9) activate(other);
        if (parent[other] === ((k + 4) & 7)) {
          parent[other] = orphan;
          orphans.push(other);
        }
      }
      tree[cell] = 0;
      parent[cell] = none;
    }
  };

  for (let path = grow(); path !== undefined; path = grow()) {
    augment(path);
    adopt();
  }
  return Uint8Array.from(tree.map((side) => (side > 0 ? 1 : 0)));
}

/** Padding before the first and after the last cell: arcs that would leave the grid can be looked up. */
const getMargin = (width: number) => width + 1;

/** Builds eight arcs per cell, both directions of each edge; those that would leave the grid have no capacity. */
function buildArcs({ width, height, edgeWeights }: GridCut): Float64Array {
  const residual = new Float64Array((width * height + getMargin(width) * 2) * 8);
  const steps = [1, width + 1, width, width - 1];
  const start = getMargin(width) * 8;
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      for (let k = 0; k < 4; k++) {
        const fits = (k === 0 || y + 1 < height) && (k > 1 || x + 1 < width) && (k !== 3 || x > 0);
        if (!fits) continue;
        const cost = edgeWeights[cell * 4 + k] as number;
        residual[start + cell * 8 + k] = cost;
        residual[start + (cell + (steps[k] as number)) * 8 + k + 4] = cost;
      }
    }
  }
  return residual;
}
