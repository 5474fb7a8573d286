import { expect, test } from 'vitest';
import { readFilters, statusLabels, toListInput, toRequestsPath } from './filters.ts';

test('the filters and the open request are in the address, and the filters are read from it', () => {
  const filters = { code: 'INVALID_URI', procedure: 'generations.start', status: '400' } as const;
  const path = '/requests?code=INVALID_URI&procedure=generations.start&status=400';
  expect(toRequestsPath(filters)).toBe(path);
  expect(toRequestsPath(filters, 'req_1')).toBe(`${path}&request=req_1`);
  expect(readFilters(new URLSearchParams(path.split('?')[1]))).toEqual(filters);
  expect(toRequestsPath({})).toBe('/requests');
});

test('what is no code, procedure or status is ignored', () => {
  expect(readFilters(new URLSearchParams('code=toString&procedure=x&status=299'))).toEqual({});
});

test('a status is sent as a number', () => {
  expect(toListInput({ status: '404' })).toEqual({ status: 404 });
});

test('every status that a call can have is there, with its name', () => {
  expect(Object.values(statusLabels)).toContain('429 Too many requests');
  expect(Object.values(statusLabels).filter((label) => /^\d+$/.test(label))).toEqual([]);
});
