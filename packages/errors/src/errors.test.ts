import { describe, expect, test } from 'vitest';
import {
  catalog,
  decodeEnvelope,
  encodeEnvelope,
  errorCodes,
  fail,
  failWith,
  hasDetail,
  isErrorCode,
  isFailure,
} from './index.ts';

test('the catalog has the nineteen core codes first, then the extended ones', () => {
  const tiers = errorCodes.map((code) => catalog[code].tier);
  expect(tiers.filter((tier) => tier === 'core')).toHaveLength(19);
  expect(tiers.lastIndexOf('core')).toBeLessThan(tiers.indexOf('extended'));
});

test('every catalog entry has a meaning and a resolution in full sentences', () => {
  for (const code of errorCodes) {
    expect(catalog[code].meaning, code).toMatch(/^[A-Z`].*\.$/s);
    expect(catalog[code].resolution, code).toMatch(/^[A-Z].*\.$/s);
  }
});

test('hasDetail is true for the details in the catalog, and for no others', () => {
  expect(errorCodes.filter((code) => hasDetail(code, 'retryAfter'))).toEqual(
    errorCodes.filter((code) => catalog[code].status === 429),
  );
  expect(errorCodes.filter((code) => hasDetail(code, 'allow'))).toEqual(['METHOD_NOT_ALLOWED']);
});

describe('a failure', () => {
  test('is recognized by isFailure, and nothing else is', () => {
    expect(isFailure(fail('JOB_NOT_FOUND', 'no'))).toBe(true);
    expect(isFailure(failWith('OF_NO_CATALOG', 'no'))).toBe(true);
    for (const value of [
      undefined,
      null,
      'x',
      {},
      { code: 'JOB_NOT_FOUND', message: 'no' },
      JSON.parse(JSON.stringify(failWith('OF_NO_CATALOG', 'no'))),
      new Error('no'),
    ]) {
      expect(isFailure(value)).toBe(false);
    }
  });

  test('is recognized by another copy of the package', async () => {
    const copy: typeof import('./failure.ts') = await import(`${'./failure.ts'}?copy`);
    expect(copy.isFailure).not.toBe(isFailure);
    expect(isFailure(copy.fail('JOB_NOT_FOUND', 'no'))).toBe(true);
  });

  test('is encoded as its status and an envelope with exactly two fields', () => {
    const failure = fail('RATE_LIMIT_EXCEEDED', 'slow down', {
      retryAfter: 3,
      limit: { name: 'writes', quota: 1 },
      param: 'x',
    });
    expect(encodeEnvelope(failure)).toEqual({
      status: 429,
      body: { error: { message: 'slow down', code: 'RATE_LIMIT_EXCEEDED' } },
    });
  });
});

describe('an envelope', () => {
  test('is decoded, even if its code is unknown', () => {
    const { body } = encodeEnvelope(fail('JOB_NOT_FOUND', 'no'));
    expect(decodeEnvelope(JSON.parse(JSON.stringify(body)))).toEqual({
      code: 'JOB_NOT_FOUND',
      message: 'no',
    });
    expect(decodeEnvelope({ error: { code: 'NEWER', message: 'x' } })).toEqual({
      code: 'NEWER',
      message: 'x',
    });
    expect(isErrorCode('NEWER')).toBe(false);
    expect(isErrorCode('toString')).toBe(false);
  });

  test.each([
    null,
    'x',
    [],
    {},
    { error: null },
    { error: { code: 1, message: 'x' } },
    { error: { code: 'X' } },
  ])('is not decoded from %j', (body) => {
    expect(decodeEnvelope(body)).toBeUndefined();
  });
});
