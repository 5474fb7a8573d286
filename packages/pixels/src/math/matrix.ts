import type { Matrix } from '../colour/statistics.ts';

type Row = readonly [number, number, number];

export function multiply(one: Matrix, other: Matrix): Matrix {
  const cell = (r: Row, c: 0 | 1 | 2) => r[0] * other[0][c] + r[1] * other[1][c] + r[2] * other[2][c];
  const row = (r: Row): Row => [cell(r, 0), cell(r, 1), cell(r, 2)];
  return [row(one[0]), row(one[1]), row(one[2])];
}

/**
 * Applies `change` to the eigenvalues of a symmetric matrix: `mapSymmetric(m, Math.sqrt)` is its square root. Cyclic
 * Jacobi rotations; six iterations are exact to rounding for three rows.
 */
export function mapSymmetric(matrix: Matrix, change: (eigenvalue: number) => number): Matrix {
  const a = matrix.map((row) => [...row]) as [number[], number[], number[]];
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const at = (m: number[][], r: number, c: number) => m[r]?.[c] ?? 0;
  const rotate = (
    m: number[][],
    r1: number,
    c1: number,
    r2: number,
    c2: number,
    cos: number,
    sin: number,
  ) => {
    const x = at(m, r1, c1);
    const y = at(m, r2, c2);
    (m[r1] as number[])[c1] = cos * x - sin * y;
    (m[r2] as number[])[c2] = sin * x + cos * y;
  };
  for (let iteration = 0; iteration < 6; iteration++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (Math.abs(at(a, p, q)) < 1e-15) continue;
      const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
      const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const cos = 1 / Math.sqrt(t * t + 1);
      const sin = t * cos;
      for (let k = 0; k < 3; k++) rotate(a, k, p, k, q, cos, sin);
      for (let k = 0; k < 3; k++) rotate(a, p, k, q, k, cos, sin);
      for (let k = 0; k < 3; k++) rotate(v, k, p, k, q, cos, sin);
    }
  }
  const values = [0, 1, 2].map((k) => change(at(a, k, k)));
  const cell = (r: number, c: number) =>
    [0, 1, 2].reduce((sum, k) => sum + at(v, r, k) * (values[k] ?? 0) * at(v, c, k), 0);
  const row = (r: number): Row => [cell(r, 0), cell(r, 1), cell(r, 2)];
  return [row(0), row(1), row(2)];
}
