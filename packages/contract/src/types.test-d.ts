import * as z from 'zod';
import { Input, type ProcedureErrorCode, type ProcedureInput, type VerbInput } from './index.ts';
import { procedure } from './procedure.ts';
import { job } from './resources.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

holds<
  Equal<
    ProcedureErrorCode<'generations.get'>,
    'INVALID_REQUEST' | 'JOB_NOT_FOUND' | 'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'
  >
>();
holds<
  Equal<ProcedureErrorCode<'account.info'>, 'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'>
>();
holds<Equal<VerbInput<'generations.start'>['max_resolution'], 720 | 1080>>();
holds<Equal<ProcedureInput<'generations.start'>['max_resolution'], 720 | 1080 | undefined>>();
holds<Equal<VerbInput<'generations.list'>['limit'], number>>();

const input = Input.object().field('color', z.string(), 'INVALID_URI', 'a color');
procedure({
  kind: 'query',
  summary: '',
  description: '',
  input,
  output: job,
  // @ts-expect-error INVALID_URI is a code of the input, and is not declared
  errors: ['INVALID_REQUEST'],
  rest: { method: 'GET', path: '/v1/x' },
});
