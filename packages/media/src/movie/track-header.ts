/** A 3 × 3 matrix, row by row, in 16.16 and 2.30 fixed point (ISO/IEC 14496-12, 6.2.2). */
export type DisplayMatrix = readonly number[];

const identity: DisplayMatrix = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];

/** How a track is to be shown, from its `tkhd`. */
export interface TrackHeader {
  readonly trackId: number;
  readonly isEnabled: boolean;
  /** In whole pixels, before the matrix. */
  readonly width: number;
  readonly height: number;
  /** The track's matrix, followed by the movie's. */
  readonly matrix: DisplayMatrix;
}

/** Reads the matrix of an `mvhd` box. */
export function readMovieMatrix(mvhd: Buffer): DisplayMatrix {
  return readMatrix(mvhd, mvhd[0] === 1 ? 48 : 36);
}

/** Reads a `tkhd` box; undefined for one that is cut short. */
export function readTrackHeader(
  tkhd: Buffer | undefined,
  movieMatrix: DisplayMatrix,
): TrackHeader | undefined {
  if (tkhd === undefined) return undefined;
  const isLong = tkhd[0] === 1;
  const matrixAt = isLong ? 52 : 40;
  if (tkhd.length < matrixAt + 44) return undefined;
  return {
    trackId: tkhd.readUInt32BE(isLong ? 20 : 12),
    isEnabled: ((tkhd[3] ?? 0) & 1) === 1,
    width: tkhd.readUInt16BE(matrixAt + 36),
    height: tkhd.readUInt16BE(matrixAt + 40),
    matrix: multiply(readMatrix(tkhd, matrixAt), movieMatrix),
  };
}

function readMatrix(box: Buffer, at: number): DisplayMatrix {
  if (box.length < at + 36) return identity;
  return Array.from({ length: 9 }, (_, n) => box.readInt32BE(at + n * 4));
}

/** Fixed-point fractions of a matrix's columns. */
const fractionBits = [16, 16, 30] as const;

function multiply(one: DisplayMatrix, other: DisplayMatrix): DisplayMatrix {
  return Array.from({ length: 9 }, (_, n) => {
    const [row, column] = [Math.floor(n / 3), n % 3];
    const sum = fractionBits.reduce((total, bits, k) => {
      const product = (one[row * 3 + k] as number) * (other[k * 3 + column] as number);
      return total + Math.floor(product / 2 ** bits);
    }, 0);
    return sum | 0;
  });
}

/** Whether a matrix leaves pictures as they are. */
export function isIdentity(matrix: DisplayMatrix): boolean {
  return matrix.every((value, n) => value === identity[n]);
}

/** How far a matrix turns pictures clockwise; 0 for a turn that is no quarter turn. */
export function getTurn(matrix: DisplayMatrix): 0 | 90 | 180 | 270 {
  const [a, b, , c, d] = matrix as readonly [number, number, number, number, number];
  const [across, down] = [Math.hypot(a, c), Math.hypot(b, d)];
  if (across === 0 || down === 0) return 0;
  const degrees = Math.round((Math.atan2(b / down, a / across) * 180) / Math.PI);
  const turn = ((degrees % 360) + 360) % 360;
  return turn === 90 || turn === 180 || turn === 270 ? turn : 0;
}
