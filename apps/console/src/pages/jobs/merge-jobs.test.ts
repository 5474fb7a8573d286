import { expect, test } from 'vitest';
import { mergeJobs } from './merge-jobs.ts';

const job = (id: string, status = 'completed') => ({ id, status });
const listed = [job('4', 'processing'), job('3'), job('2', 'in_queue'), job('1')];

test('new and changed jobs of the head come before the older ones that were fetched', () => {
  const head = { jobs: [job('5', 'in_queue'), job('4'), job('3')], next_page_token: 'more' };
  expect(mergeJobs(head, listed)).toEqual({
    jobs: [...head.jobs, job('2', 'in_queue'), job('1')],
    hasGap: false,
    hasActiveBeyondHead: true,
  });
});

test('a job that the filter no longer matches leaves the list', () => {
  const head = { jobs: [job('3'), job('1')], next_page_token: null };
  expect(mergeJobs(head, listed).jobs).toEqual(head.jobs);
});

test('a head that is newer than all that was fetched leaves a gap', () => {
  const head = { jobs: [job('9'), job('8')], next_page_token: 'more' };
  expect(mergeJobs(head, listed).hasGap).toBe(true);
});

test('the list is shown as it was fetched until there is a head', () => {
  expect(mergeJobs(undefined, listed)).toEqual({ jobs: listed, hasGap: false, hasActiveBeyondHead: false });
});
