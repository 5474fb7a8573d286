import type { ErrorCode } from '@restage/errors';
import type * as z from 'zod';
import type { ParsedInput, RawInput } from '../input/input.ts';
import { limits } from '../limits.ts';
import { selfServiceProcedures } from '../self-service/procedures.ts';
import { defineProcedure } from './define-procedure.ts';
import { getInput, jobInput, listInput, startInput, uploadInput, watchInput } from './inputs.ts';
import { accountBilling, accountInfo, job, jobPage, quote, upload } from './resources.ts';

/** The codes that every procedure can fail with. The pipeline of `api` must return exactly these. */
export const commonErrors = ['INVALID_API_KEY', 'RATE_LIMIT_EXCEEDED', 'INTERNAL_ERROR'] as const;

/** The codes that every mutation can fail with, because it has a body. The pipeline must return exactly these. */
export const bodyErrors = ['INVALID_REQUEST', 'PAYLOAD_TOO_LARGE'] as const;

/** The codes of the checks before a start, which a quote makes as well. */
const startErrors = [
  'INVALID_REQUEST',
  'INVALID_GENERATION_TYPE',
  'INVALID_ALPHA_MODE',
  'INVALID_MAX_RESOLUTION',
  'MISSING_STYLE_INPUT',
  'MISSING_SOURCE',
  'MISSING_ALPHA',
  'ALPHA_TYPE_MISMATCH',
  'INVALID_URI',
  'SOURCE_UNREACHABLE',
  'INVALID_CALLBACK_URL',
  'INVALID_FILE_FORMAT',
  'SOURCE_TOO_LARGE',
  'VIDEO_TOO_MANY_FRAMES',
  'CONCURRENT_LIMIT_EXCEEDED',
  'INSUFFICIENT_CREDITS',
  'HARD_LIMIT_EXCEEDED',
  'MAX_COST_EXCEEDED',
] as const;

/** All procedures. The tRPC router, REST routes, OpenAPI document, reference pages and SDK are derived from this table. */
export const procedures = {
  'uploads.create': defineProcedure({
    kind: 'mutation',
    summary: 'Create an upload',
    description:
      'Returns a signed URL and a `beeble_uri`. PUT the bytes to the URL within an hour, with any content-type or none; jobs refer to them by the `beeble_uri`.',
    input: uploadInput,
    output: upload,
    errors: ['INVALID_REQUEST', 'INVALID_FILENAME', 'UPLOAD_URL_FAILED'],
    rest: { method: 'POST', path: '/v1/uploads' },
  }),
  'generations.start': defineProcedure({
    kind: 'mutation',
    summary: 'Start a generation',
    description:
      'Checks the request, charges the account and queues the job, all or nothing. If a request is repeated with the same idempotency key, it returns the existing job.',
    input: startInput,
    output: job,
    errors: [...startErrors, 'IDEMPOTENCY_KEY_REUSED', 'CREDIT_DEDUCTION_FAILED', 'JOB_QUEUE_FAILED'],
    rest: {
      method: 'POST',
      path: '/v1/switchx/generations',
      headers: { 'idempotency-key': 'idempotency_key' },
    },
  }),
  'generations.get': defineProcedure({
    kind: 'query',
    summary: 'Get a job',
    description:
      'Returns the current job. Each call returns fresh signed URLs, valid for 72 hours. With `prefer: wait=N` (1 to 60 seconds), the response is sent as soon as the job has ended, or after N seconds. The ETag covers the job without its URLs; with `if-none-match`, the response is 304 if the job has not changed.',
    input: getInput,
    output: job,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND'],
    rest: {
      method: 'GET',
      path: '/v1/switchx/generations/{id}',
      wait: { field: 'wait', maxSeconds: limits.waitSeconds.max },
      volatile: ['output'],
    },
  }),
  'generations.watch': defineProcedure({
    kind: 'subscription',
    summary: 'Watch a job',
    description:
      'Sends the current job, and again each time its status or progress changes, until it has ended. With `last-event-id`, a stream resumes after that event, and nothing is missed.',
    input: watchInput,
    output: job,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND'],
    rest: {
      method: 'GET',
      path: '/v1/switchx/generations/{id}/events',
      headers: { 'last-event-id': 'lastEventId' },
    },
  }),
  'generations.list': defineProcedure({
    kind: 'query',
    summary: 'List jobs',
    description: 'Returns the account’s jobs, newest first. Pages stay stable while new jobs are started.',
    input: listInput,
    output: jobPage,
    errors: ['INVALID_REQUEST'],
    rest: {
      method: 'GET',
      path: '/v1/switchx/generations',
      query: {
        limit: 'integer',
        page_token: 'text',
        status: 'text',
        generation_type: 'text',
        created_after: 'text',
        created_before: 'text',
      },
    },
  }),
  'generations.quote': defineProcedure({
    kind: 'mutation',
    summary: 'Quote a generation',
    description:
      'Makes all checks of a start with the same body, and returns its cost. Nothing is started or charged.',
    input: startInput,
    output: quote,
    errors: startErrors,
    rest: { method: 'POST', path: '/v1/switchx/quotes' },
  }),
  'generations.cancel': defineProcedure({
    kind: 'mutation',
    summary: 'Cancel a job',
    description:
      'Ends a queued or processing job at once, and refunds it in full. A job that is already cancelled is returned unchanged; a completed or failed job can’t be cancelled.',
    input: jobInput,
    output: job,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND', 'JOB_NOT_CANCELLABLE'],
    rest: { method: 'POST', path: '/v1/switchx/generations/{id}/cancel' },
  }),
  'account.info': defineProcedure({
    kind: 'query',
    summary: 'Get account info',
    description: 'Returns the account of the API key, and how much of its limits is in use.',
    input: undefined,
    output: accountInfo,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/info' },
  }),
  'account.billing': defineProcedure({
    kind: 'query',
    summary: 'Get billing info',
    description: 'Returns the balance, and the usage of the current billing period by meter.',
    input: undefined,
    output: accountBilling,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/billing' },
  }),
  ...selfServiceProcedures,
} as const;

/** The name of a procedure, `entity.verb`. */
export type ProcedureName = keyof typeof procedures;
type Row<Name extends ProcedureName> = (typeof procedures)[Name];

/** The input of a procedure, as a caller sends it. */
export type ProcedureInput<Name extends ProcedureName> = RawInput<Row<Name>['input']>;

/** The input of a procedure's verb: parsed, with defaults filled in. */
export type VerbInput<Name extends ProcedureName> = ParsedInput<Row<Name>['input']>;

/** The output of a procedure. */
export type ProcedureOutput<Name extends ProcedureName> = z.output<Row<Name>['output']>;

/** Exactly the codes that a procedure can fail with, including the common ones. */
export type ProcedureErrorCode<Name extends ProcedureName> =
  | Row<Name>['errors'][number]
  | (typeof commonErrors)[number]
  | (Row<Name>['kind'] extends 'mutation' ? (typeof bodyErrors)[number] : never);

/** Lists the codes of {@link ProcedureErrorCode}. */
export function listProcedureErrors(name: ProcedureName): readonly ErrorCode[] {
  const row = procedures[name];
  return [...new Set([...row.errors, ...commonErrors, ...(row.kind === 'mutation' ? bodyErrors : [])])];
}
