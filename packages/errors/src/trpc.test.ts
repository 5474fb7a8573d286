import { describe, expect, test } from 'vitest';
import { errorCodes, procedureCodes } from './index.ts';
import { getProcedureError } from './trpc.ts';

const body = {
  code: 'JOB_NOT_FOUND',
  message: 'There is no such job.',
  requestId: 'req_1',
  docUrl: 'http://restage.test/errors#JOB_NOT_FOUND',
  retryable: false,
};

/** Creates an error like those of tRPC's client. */
function createClientError(path: unknown, error: unknown, meta?: object) {
  return Object.assign(new Error('refused'), { data: { httpStatus: 400, path, error }, meta });
}

describe('getProcedureError', () => {
  test('returns a declared code with all fields of the response', () => {
    const error = createClientError('generations.get', { ...body, param: 'id', extra: true });
    expect(getProcedureError(error)).toEqual({ ...body, param: 'id' });
  });

  test.each(Object.keys(procedureCodes) as (keyof typeof procedureCodes)[])(
    'returns the declared codes of %s, and UNKNOWN for every other code',
    (path) => {
      const declared: readonly string[] = procedureCodes[path];
      for (const code of [...errorCodes, 'SOURCE_TOO_LOUD', 'toString']) {
        const error = getProcedureError(createClientError(path, { ...body, code }));
        if (declared.includes(code)) expect(error).toMatchObject({ code });
        else expect(error).toEqual({ ...body, code: 'UNKNOWN', wireCode: code });
      }
    },
  );

  test.each([undefined, 7, 'generations.dance', 'toString', '__proto__'])(
    'returns UNKNOWN for the unknown procedure %s',
    (path) => {
      expect(getProcedureError(createClientError(path, body))).toEqual({
        ...body,
        code: 'UNKNOWN',
        wireCode: 'JOB_NOT_FOUND',
      });
    },
  );

  test('returns retryAfter of the error, else of the header, else 1 for a code that always has it', () => {
    const limited = { ...body, code: 'RATE_LIMIT_EXCEEDED', retryable: true };
    const meta = { response: { headers: new Headers({ 'retry-after': '7' }) } };
    const get = (error: object, more?: object) =>
      getProcedureError(createClientError('account.info', error, more))?.retryAfter;
    expect(get({ ...limited, retryAfter: 3 }, meta)).toBe(3);
    expect(get(limited, meta)).toBe(7);
    expect(get(limited)).toBe(1);
    // In a batch, the header is that of the call that has to wait longest.
    expect(get({ ...limited, code: 'INTERNAL_ERROR' }, meta)).toBeUndefined();
    expect(get({ ...limited, code: 'INTERNAL_ERROR', retryAfter: 2 })).toBe(2);
    expect(get({ ...limited, code: 'FUTURE', retryAfter: 2 })).toBe(2);
  });

  test.each([
    undefined,
    null,
    'JOB_NOT_FOUND',
    new Error('fetch failed'),
    new TypeError('a bug', { cause: createClientError('generations.get', body) }),
    { data: null },
    { data: { path: 'generations.get', code: 'NOT_FOUND' } },
    createClientError('generations.get', undefined),
    createClientError('generations.get', { code: 'JOB_NOT_FOUND', message: 'of another service' }),
    createClientError('generations.get', { ...body, requestId: undefined }),
    createClientError('generations.get', { ...body, retryable: 'no' }),
  ])('returns undefined for anything but a Restage response (%#)', (error) => {
    expect(getProcedureError(error)).toBeUndefined();
  });
});
