import type { Job, ProcedureErrorCode } from '@restage/contract';
import { type AccountContext, type authenticate, getGeneration } from '@restage/core';
import { type CodesOf, type Failure, fail } from '@restage/errors';
import { expectTypeOf } from 'vitest';
import { implementAll, type SameCodes } from './implement.ts';
import { verbs } from './implementations.ts';
import type { BeforeVerbCodes, ReadCodes } from './pipeline/pipeline.ts';
import type { AppRouter } from './trpc/router.ts';

declare const job: Job;

implementAll(verbs);

const { 'account.info': _, ...withoutInfo } = verbs;
// @ts-expect-error account.info has no verb
implementAll(withoutInfo);

// @ts-expect-error there is no such procedure
implementAll({ ...verbs, 'generations.dance': getGeneration });

// @ts-expect-error the name is misspelt
implementAll({ ...withoutInfo, 'acount.info': verbs['account.info'] });

implementAll({
  ...verbs,
  // @ts-expect-error INSUFFICIENT_CREDITS is returned but not declared
  'generations.get': async (_ctx: AccountContext, input: { id: string }) => {
    if (input.id === '1') return fail('JOB_NOT_FOUND', '');
    if (input.id === '2') return fail('INSUFFICIENT_CREDITS', '');
    return job;
  },
});

implementAll({
  ...verbs,
  // @ts-expect-error UPLOAD_URL_FAILED is declared but never returned
  'uploads.create': async () => ({ id: '', upload_url: '', beeble_uri: '' }),
});

implementAll({
  ...verbs,
  // @ts-expect-error a failure with any code is wider than the declared codes
  'generations.get': async (): Promise<Job | Failure> => job,
});

implementAll({
  ...verbs,
  // @ts-expect-error the output is not a job
  'generations.get': async () => {
    if (job.progress > 0) return fail('JOB_NOT_FOUND', '');
    return { id: 'swx_' };
  },
});

// @ts-expect-error a subscription returns events, not a job
implementAll({ ...verbs, 'generations.watch': getGeneration });

implementAll({
  ...verbs,
  // @ts-expect-error NOT_FOUND is returned but not declared
  'generations.watch': async (_ctx: AccountContext, input: { id: string }) =>
    input.id === '1' ? fail('NOT_FOUND', '') : (async function* () {})(),
});

// The steps before a verb. The pipeline itself compares these codes with the contract.
expectTypeOf<BeforeVerbCodes>().toEqualTypeOf<'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'>();
expectTypeOf<ReadCodes>().toEqualTypeOf<'INVALID_REQUEST' | 'PAYLOAD_TOO_LARGE'>();

// If authentication gains a code, or the pipeline loses one, the codes differ from the declared ones.
type Authentication = CodesOf<ReturnType<typeof authenticate>>;
expectTypeOf<SameCodes<Authentication, 'INVALID_API_KEY'>>().toEqualTypeOf<true>();
expectTypeOf<SameCodes<Authentication | 'NOT_FOUND', 'INVALID_API_KEY'>>().toEqualTypeOf<{
  readonly undeclaredCodes: 'NOT_FOUND';
}>();
expectTypeOf<SameCodes<'INVALID_API_KEY', BeforeVerbCodes>>().toEqualTypeOf<{
  readonly staleCodes: 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR';
}>();

// The router's type has every procedure with exactly its codes.
type ErrorCodes<P> = P extends { meta: { errorCodes: readonly (infer Code)[] } } ? Code : never;
expectTypeOf<ErrorCodes<AppRouter['generations']['get']>>().toEqualTypeOf<
  ProcedureErrorCode<'generations.get'>
>();
expectTypeOf<ErrorCodes<AppRouter['account']['info']>>().toEqualTypeOf<
  'INVALID_API_KEY' | 'RATE_LIMIT_EXCEEDED' | 'INTERNAL_ERROR'
>();
expectTypeOf<ErrorCodes<AppRouter['uploads']['create']>>().toEqualTypeOf<
  ProcedureErrorCode<'uploads.create'>
>();
expectTypeOf<keyof AppRouter['generations']>().toEqualTypeOf<
  'start' | 'get' | 'quote' | 'watch' | 'list' | 'cancel' | 'details' | 'summaries'
>();
