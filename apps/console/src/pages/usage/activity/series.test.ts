import { expect, test } from 'vitest';
import { stack, toCreditSeries, toJobSeries } from './series.ts';

const credits = { api_video_1080p: 20, api_video_720p: 6, api_image_1080p: 3, api_image_720p: 1 };
const none = { api_video_1080p: 0, api_video_720p: 0, api_image_1080p: 0, api_image_720p: 0 };
const buckets = [
  { start: '2026-03-03T00:00:00Z', credits, jobs: { completed: 4, failed: 1, cancelled: 2 } },
  { start: '2026-03-04T00:00:00Z', credits: none, jobs: { completed: 0, failed: 3, cancelled: 0 } },
];

test('bars of all series stand on one another, and the last reaches up to the sum', () => {
  expect(stack(toCreditSeries(buckets))).toEqual([
    [20, 0],
    [26, 0],
    [29, 0],
    [30, 0],
  ]);
  expect(stack(toJobSeries(buckets)).at(-1)).toEqual([7, 3]);
});
