import { createGrid, type Grid } from '../math/blur.ts';
import { clamp } from '../math/scalar.ts';
import { cutGrid } from './maxflow.ts';
import { fitMixture, type Mixture } from './mixture.ts';

/** Colour models of subject and background. */
export interface Models {
  readonly subject: Mixture | undefined;
  readonly background: Mixture | undefined;
}

/** Fits both models; `labels` says 0…1 how much a cell is subject. */
export function fitModels(lab: Grid, labels: Grid): Models {
  return {
    subject: fitMixture(lab, (cell) => ((labels.data[cell] as number) > 0.5 ? 1 : 0), 5),
    background: fitMixture(lab, (cell) => ((labels.data[cell] as number) <= 0.5 ? 1 : 0), 6),
  };
}

/** How dear it is to part equal neighbours, against one unit of log likelihood. */
const smoothness = 5;

/** What it costs a cell to be background, and yet another than the one that was seen there. */
const surprise = 3;

/**
 * The cut of least cost between subject and background: colour models, a prior of 0…1 a cell weighted by
 * `trust`, and neighbours that are dear to part where they look alike.
 * @param joins of the same picture, by default found anew.
 * @param costsBehind what it costs each cell to be the background that was seen there; infinite where none was.
 * @returns 1 where the subject is, 0 elsewhere.
 */
export function cutSubject(
  lab: Grid,
  models: Models,
  prior: Grid,
  trust: number,
  joins: Float32Array = joinsOf(lab),
  costsBehind?: Float32Array,
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
    const at = costsBehind?.[cell] ?? Number.POSITIVE_INFINITY;
    const behind = at === Number.POSITIVE_INFINITY ? background : Math.min(background + surprise, at);
    const known =
      models.subject === undefined || models.background === undefined
        ? 0
        : clamp(behind - models.subject.cost(l, a, b), -6, 6);
    terminal[cell] = known + trust * 6 * ((prior.data[cell] as number) - 0.5);
  }
  const labels = createGrid(width, height, 1);
  labels.data.set(cutGrid({ width, height, terminal, joins }));
  return labels;
}

/** What parting neighbours costs: contrast-sensitive, β from the picture's own mean contrast as Rother et al. have it. */
export function joinsOf(lab: Grid): Float32Array {
  const { width, height, data } = lab;
  const steps = [
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
  ] as const;
  const joins = new Float32Array(width * height * 4);
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
        joins[cell * 4 + k] = contrast;
        sum += contrast;
        count++;
      }
    }
  }
  const beta = count / (2 * Math.max(1e-9, sum));
  for (let i = 0; i < joins.length; i++) {
    joins[i] = (smoothness * Math.exp(-beta * (joins[i] as number))) / ((i & 1) === 1 ? Math.SQRT2 : 1);
  }
  return joins;
}
