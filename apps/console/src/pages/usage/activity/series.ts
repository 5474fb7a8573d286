import type { Usage } from '@restage/sdk';

type Bucket = Usage['buckets'][number];

/** One kind of what is counted, over all buckets. */
export interface Series {
  readonly label: string;
  /** The name of its colour among the tokens. */
  readonly colour: string;
  readonly values: readonly number[];
}

/** The meters that credits are counted by. */
export const meters: Readonly<Record<keyof Bucket['credits'], { label: string; colour: string }>> = {
  api_video_1080p: { label: 'Video, 1080p', colour: '--chart-1' },
  api_video_720p: { label: 'Video, 720p', colour: '--chart-2' },
  api_image_1080p: { label: 'Image, 1080p', colour: '--chart-3' },
  api_image_720p: { label: 'Image, 720p', colour: '--chart-4' },
};

/** How jobs end. */
export const outcomes: Readonly<Record<keyof Bucket['jobs'], { label: string; colour: string }>> = {
  completed: { label: 'Completed', colour: '--ok' },
  failed: { label: 'Failed', colour: '--danger' },
  cancelled: { label: 'Cancelled', colour: '--line-strong' },
};

/** The credits of each meter. */
export function toCreditSeries(buckets: readonly Bucket[]): Series[] {
  return keys(meters).map((id) => ({ ...meters[id], values: buckets.map(({ credits }) => credits[id]) }));
}

/** The jobs of each outcome. */
export function toJobSeries(buckets: readonly Bucket[]): Series[] {
  return keys(outcomes).map((id) => ({ ...outcomes[id], values: buckets.map(({ jobs }) => jobs[id]) }));
}

/** The sum of each series with those before it: what bars that stand on one another reach up to. */
export function stack(series: readonly Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function keys<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}
