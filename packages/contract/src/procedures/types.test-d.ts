import { expectTypeOf } from 'vitest';
import * as z from 'zod';
import { Input, type ProcedureErrorCode, type ProcedureInput, type VerbInput } from '../index.ts';
import { defineProcedure } from './define-procedure.ts';
import { job } from './resources.ts';

expectTypeOf<ProcedureErrorCode<'generations.get'>>().toEqualTypeOf<
  'INVALID_REQUEST' | 'JOB_NOT_FOUND' | 'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'
>();
expectTypeOf<ProcedureErrorCode<'account.info'>>().toEqualTypeOf<
  'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'
>();
expectTypeOf<VerbInput<'generations.start'>['max_resolution']>().toEqualTypeOf<720 | 1080>();
expectTypeOf<ProcedureInput<'generations.start'>['max_resolution']>().toEqualTypeOf<720 | 1080 | undefined>();
expectTypeOf<VerbInput<'generations.list'>['limit']>().toEqualTypeOf<number>();

const input = Input.object().field('color', z.string(), 'INVALID_URI', 'a color');
defineProcedure({
  kind: 'query',
  summary: '',
  description: '',
  input,
  output: job,
  // @ts-expect-error INVALID_URI is a code of the input, and is not declared
  errors: ['INVALID_REQUEST'],
  rest: { method: 'GET', path: '/v1/x' },
});
