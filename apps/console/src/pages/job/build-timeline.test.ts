import { expect, test } from 'vitest';
import { buildTimeline } from './build-timeline.ts';

const at = (second: number) => `2026-03-04T12:00:${String(second).padStart(2, '0')}.000Z`;

test('the timeline has each state once, with how long it lasted', () => {
  expect(
    buildTimeline([
      { status: 'in_queue', progress: 0, at: at(0) },
      { status: 'processing', progress: 0, at: at(2) },
      { status: 'processing', progress: 40, at: at(5) },
      { status: 'processing', progress: 80, at: at(8) },
      { status: 'completed', progress: 100, at: at(12) },
    ]),
  ).toEqual([
    { status: 'in_queue', at: at(0), durationMs: 2000, attempt: undefined },
    { status: 'processing', at: at(2), durationMs: 10_000, attempt: 1 },
    { status: 'completed', at: at(12), durationMs: undefined, attempt: undefined },
  ]);
});

test('a job that another worker took over is processed in two attempts', () => {
  const timeline = buildTimeline([
    { status: 'in_queue', progress: 0, at: at(0) },
    { status: 'processing', progress: 0, at: at(1) },
    { status: 'processing', progress: 60, at: at(2) },
    { status: 'processing', progress: 0, at: at(31) },
  ]);
  expect(timeline.map(({ attempt, durationMs }) => [attempt, durationMs])).toEqual([
    [undefined, 1000],
    [1, 30_000],
    [2, undefined],
  ]);
});
