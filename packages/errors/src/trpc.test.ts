import { describe, expect, test } from 'vitest';
import { errorCodes, procedureCodes } from './index.ts';
import { getProcedureError } from './trpc.ts';

const sent = {
  code: 'JOB_NOT_FOUND',
  message: 'There is no such job.',
  requestId: 'req_1',
  docUrl: 'http://restage.test/errors#JOB_NOT_FOUND',
  retryable: false,
};

/** What tRPC's client throws, as far as it matters here. */
function clientError(path: unknown, error: unknown, meta?: object) {
  return Object.assign(new Error('refused'), { data: { httpStatus: 400, path, error }, meta });
}

describe('getProcedureError', () => {
  test('gives a declared code, with all that the server said', () => {
    const error = clientError('generations.get', { ...sent, param: 'id', stranger: true });
    expect(getProcedureError(error)).toEqual({ ...sent, param: 'id' });
  });

  test.each(Object.keys(procedureCodes) as (keyof typeof procedureCodes)[])(
    'gives of %s the codes that it declares, and UNKNOWN for every other',
    (path) => {
      const declared: readonly string[] = procedureCodes[path];
      for (const code of [...errorCodes, 'SOURCE_TOO_LOUD', 'toString']) {
        const error = getProcedureError(clientError(path, { ...sent, code }));
        if (declared.includes(code)) expect(error).toMatchObject({ code });
        else expect(error).toEqual({ ...sent, code: 'UNKNOWN', wireCode: code });
      }
    },
  );

  test.each([undefined, 7, 'generations.dance', 'toString', '__proto__'])(
    'gives UNKNOWN for the procedure %s, which it does not know',
    (path) => {
      expect(getProcedureError(clientError(path, sent))).toEqual({
        ...sent,
        code: 'UNKNOWN',
        wireCode: 'JOB_NOT_FOUND',
      });
    },
  );

  test('gives the seconds to wait: those of the error, those of the header, or one where they must be there', () => {
    const limited = { ...sent, code: 'RATE_LIMIT_EXCEEDED', retryable: true };
    const meta = { response: { headers: new Headers({ 'retry-after': '7' }) } };
    const get = (error: object, more?: object) =>
      getProcedureError(clientError('account.info', error, more))?.retryAfter;
    expect(get({ ...limited, retryAfter: 3 }, meta)).toBe(3);
    expect(get(limited, meta)).toBe(7);
    expect(get(limited)).toBe(1);
    // In a batch the header is that of the call that has to wait longest.
    expect(get({ ...limited, code: 'INTERNAL_ERROR' }, meta)).toBeUndefined();
    expect(get({ ...limited, code: 'INTERNAL_ERROR', retryAfter: 2 })).toBe(2);
    expect(get({ ...limited, code: 'FUTURE', retryAfter: 2 })).toBe(2);
  });

  test.each([
    undefined,
    null,
    'JOB_NOT_FOUND',
    new Error('fetch failed'),
    new TypeError('a bug', { cause: clientError('generations.get', sent) }),
    { data: null },
    { data: { path: 'generations.get', code: 'NOT_FOUND' } },
    clientError('generations.get', undefined),
    clientError('generations.get', { code: 'JOB_NOT_FOUND', message: 'of another service' }),
    clientError('generations.get', { ...sent, requestId: undefined }),
    clientError('generations.get', { ...sent, retryable: 'no' }),
  ])('gives nothing for what is no answer of Restage (%#)', (error) => {
    expect(getProcedureError(error)).toBeUndefined();
  });
});
