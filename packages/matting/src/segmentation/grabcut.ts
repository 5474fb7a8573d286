import { clamp, createGrid, type Grid } from '@restage/pixels';
import { cutGrid } from './maxflow.ts';
import { fitMixture, type Mixture } from './mixture.ts';

/** Colour models of subject and background. */
export interface Models {
  readonly subject: Mixture | undefined;
  readonly background: Mixture | undefined;
}

/** Fits both models; `labels` is each cell's likelihood of subject, 0…1. */
export function fitModels(lab: Grid, labels: Grid): Models {
  return {
    subject: fitMixture(lab, (cell) => ((labels.data[cell] as number) > 0.5 ? 1 : 0), 5),
    background: fitMixture(lab, (cell) => ((labels.data[cell] as number) <= 0.5 ? 1 : 0), 6),
  };
}

/** Cost of separating equal neighbours, relative to one unit of log likelihood. */
const smoothness = 5;

/** Cost of a background colour that differs from the one seen in that cell. */
const novelColourCost = 3;

/**
 * Computes the minimum cut between subject and background from colour models, a prior of 0…1 per cell weighted by
 * `priorWeight`, and edge weights between similar neighbours.
 * @param edgeWeights of the same picture; computed by default.
 * @param backgroundCosts cost of each cell as the background seen there; infinite where none was seen.
 * @returns 1 where the subject is, 0 elsewhere.
 */
export function cutSubject(
  lab: Grid,
  models: Models,
  prior: Grid,
  priorWeight: number,
  edgeWeights: Float32Array = computeEdgeWeights(lab),
  backgroundCosts?: Float32Array,
): Grid {
  const { width, height } = lab;
  const cells = width * height;
  const terminal = new Float64Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    const i = cell * 3;
    const l = lab.data[i] as number;
    const a = lab.data[i + 1] as number;
    const b = lab.data[i + 2] as number;
    const background = models.background?.cost(l, a, b) ?? 0;
    const seenCost = backgroundCosts?.[cell] ?? Number.POSITIVE_INFINITY;
    const backgroundCost =
      seenCost === Number.POSITIVE_INFINITY ? background : Math.min(background + novelColourCost, seenCost);
    const known =
      models.subject === undefined || models.background === undefined
        ? 0
        : clamp(backgroundCost - models.subject.cost(l, a, b), -6, 6);
    terminal[cell] = known + priorWeight * 6 * ((prior.data[cell] as number) - 0.5);
  }
  const labels = createGrid(width, height, 1);
  labels.data.set(cutGrid({ width, height, terminal, edgeWeights }));
  return labels;
}

/**
 * Computes the weights between neighbours (n-links): contrast-sensitive, with β from the picture's mean contrast as
 * in Rother et al.
 */
export function computeEdgeWeights(lab: Grid): Float32Array {
  const { width, height, data } = lab;
  const steps = [
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
  ] as const;
  const edgeWeights = new Float32Array(width * height * 4);
  let sum = 0;
  let count = 0;
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const l = data[cell * 3] as number;
      const a = data[cell * 3 + 1] as number;
      const b = data[cell * 3 + 2] as number;
      for (let k = 0; k < 4; k++) {
        const [dx, dy] = steps[k] ?? steps[0];
        if (x + dx < 0 || x + dx >= width || y + dy >= height) continue;
        const other = (cell + dx + dy * width) * 3;
        const dl = l - (data[other] as number);
        const da = a - (data[other + 1] as number);
        const db = b - (data[other + 2] as number);
        const contrast = dl * dl + 4 * (da * da + db * db);
        edgeWeights[cell * 4 + k] = contrast;
        sum += contrast;
        count++;
      }
    }
  }
  const beta = count / (2 * Math.max(1e-9, sum));
  for (let i = 0; i < edgeWeights.length; i++) {
    edgeWeights[i] =
      (smoothness * Math.exp(-beta * (edgeWeights[i] as number))) / ((i & 1) === 1 ? Math.SQRT2 : 1);
  }
  return edgeWeights;
}
