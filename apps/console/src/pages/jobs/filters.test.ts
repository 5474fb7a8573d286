import { expect, test } from 'vitest';
import { type JobFilters, readFilters, toJobsPath, toListInput } from './filters.ts';

test.each<[JobFilters, string]>([
  [{}, '/jobs'],
  [{ status: 'failed' }, '/jobs?status=failed'],
  [{ status: 'in_queue', type: 'video', age: 'week' }, '/jobs?status=in_queue&type=video&created=week'],
])('the filters %j are in the address, and are read from it', (filters, path) => {
  expect(toJobsPath(filters)).toBe(path);
  expect(readFilters(new URLSearchParams(path.split('?')[1]))).toEqual(filters);
});

test('what is no filter in the address is ignored', () => {
  expect(readFilters(new URLSearchParams('status=constructor&type=&created=year&page=2'))).toEqual({});
});

test('an age is sent as the time that it reaches back to', () => {
  expect(toListInput({ type: 'image', age: 'day' }, Date.parse('2026-03-02T00:00:00Z'))).toEqual({
    generation_type: 'image',
    created_after: '2026-03-01T00:00:00.000Z',
  });
});
