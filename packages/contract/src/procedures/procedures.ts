import type { ErrorCode } from '@restage/errors';
import type * as z from 'zod';
import type { InputAccepted, InputSent } from '../input/input.ts';
import { limits } from '../limits.ts';
import { getInput, jobInput, listInput, startInput, uploadInput, watchInput } from './inputs.ts';
import { procedure } from './procedure.ts';
import { accountBilling, accountInfo, job, jobPage, quote, upload } from './resources.ts';

/** The codes that every procedure can give, added to each one's own. The pipeline of `api` is held to exactly these. */
export const commonErrors = ['INVALID_API_KEY', 'RATE_LIMIT_EXCEEDED', 'INTERNAL_ERROR'] as const;

/** The codes that reading a body can give, added to those of every mutation. The pipeline is held to these too. */
export const bodyErrors = ['INVALID_REQUEST', 'PAYLOAD_TOO_LARGE'] as const;

/** What a start can be refused with before it writes, and so a quote of it. */
const startChecks = [
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

/**
 * The table of procedures. The tRPC router, the REST routes, the OpenAPI document, the reference pages and
 * the SDK are made from it.
 */
export const procedures = {
  'uploads.create': procedure({
    kind: 'mutation',
    summary: 'Create an upload',
    description:
      'Gives a signed URL to PUT the bytes to within an hour, with any content-type or none, and the `beeble_uri` by which jobs then name them.',
    input: uploadInput,
    output: upload,
    errors: ['INVALID_REQUEST', 'INVALID_FILENAME', 'UPLOAD_URL_FAILED'],
    rest: { method: 'POST', path: '/v1/uploads' },
  }),
  'generations.start': procedure({
    kind: 'mutation',
    summary: 'Start a generation',
    description:
      'Checks the request, charges for it and queues the job, all or nothing. With an idempotency key, the same request again answers with the job that exists.',
    input: startInput,
    output: job,
    errors: [...startChecks, 'IDEMPOTENCY_KEY_REUSED', 'CREDIT_DEDUCTION_FAILED', 'JOB_QUEUE_FAILED'],
    rest: {
      method: 'POST',
      path: '/v1/switchx/generations',
      headers: { 'idempotency-key': 'idempotency_key' },
    },
  }),
  'generations.get': procedure({
    kind: 'query',
    summary: 'Get a job',
    description:
      'The job as it is now, with signed URLs that are fresh on every call and valid for 72 hours. With `prefer: wait=N` (1 to 60 seconds) the answer waits for the job to end, and comes at once when it does. The ETag stands for the job without its URLs; `if-none-match` answers 304 while it holds.',
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
  'generations.watch': procedure({
    kind: 'subscription',
    summary: 'Watch a job',
    description:
      'The job as it is now, and again whenever its state or progress changes, until it has ended. A stream that breaks goes on after the event named by `last-event-id`, with nothing missed.',
    input: watchInput,
    output: job,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND'],
    rest: {
      method: 'GET',
      path: '/v1/switchx/generations/{id}/events',
      headers: { 'last-event-id': 'lastEventId' },
    },
  }),
  'generations.list': procedure({
    kind: 'query',
    summary: 'List jobs',
    description: 'The account’s jobs, newest first, in pages that stay stable while new jobs arrive.',
    input: listInput,
    output: jobPage,
    errors: ['INVALID_REQUEST'],
    rest: {
      method: 'GET',
      path: '/v1/switchx/generations',
      query: { limit: 'integer', page_token: 'text' },
    },
  }),
  'generations.quote': procedure({
    kind: 'mutation',
    summary: 'Quote a generation',
    description:
      'Makes every check of a start with the same body, and says what it would cost. Nothing is started or charged.',
    input: startInput,
    output: quote,
    errors: startChecks,
    rest: { method: 'POST', path: '/v1/switchx/quotes' },
  }),
  'generations.cancel': procedure({
    kind: 'mutation',
    summary: 'Cancel a job',
    description:
      'Ends a job that is queued or processing, at once, and refunds it in full. A job that is cancelled already is answered as it is; one that has ended otherwise can’t be cancelled.',
    input: jobInput,
    output: job,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND', 'JOB_NOT_CANCELLABLE'],
    rest: { method: 'POST', path: '/v1/switchx/generations/{id}/cancel' },
  }),
  'account.info': procedure({
    kind: 'query',
    summary: 'Get account info',
    description: 'Whose key this is, and how much of its limits is in use.',
    input: undefined,
    output: accountInfo,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/info' },
  }),
  'account.billing': procedure({
    kind: 'query',
    summary: 'Get billing info',
    description: 'The balance, and the usage of the current billing period by meter.',
    input: undefined,
    output: accountBilling,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/billing' },
  }),
} as const;

/** The procedures' names, `entity.verb`. */
export type ProcedureName = keyof typeof procedures;
type Row<Name extends ProcedureName> = (typeof procedures)[Name];

/** What a caller sends to a procedure. */
export type ProcedureInput<Name extends ProcedureName> = InputSent<Row<Name>['input']>;

/** What a procedure's verb gets: checked, with defaults filled in. */
export type VerbInput<Name extends ProcedureName> = InputAccepted<Row<Name>['input']>;

/** What a procedure answers with. */
export type ProcedureOutput<Name extends ProcedureName> = z.output<Row<Name>['output']>;

/** Exactly the codes that a call of a procedure can fail with, the common ones included. */
export type ProcedureErrorCode<Name extends ProcedureName> =
  | Row<Name>['errors'][number]
  | (typeof commonErrors)[number]
  | (Row<Name>['kind'] extends 'mutation' ? (typeof bodyErrors)[number] : never);

/** {@link ProcedureErrorCode} as a list, for documents. */
export function procedureErrors(name: ProcedureName): readonly ErrorCode[] {
  const row = procedures[name];
  return [...new Set([...row.errors, ...commonErrors, ...(row.kind === 'mutation' ? bodyErrors : [])])];
}
