import { expectTypeOf } from 'vitest';
import {
  type AccountInfo,
  type Call,
  type CallErrorCode,
  type Job,
  type Output,
  Restage,
  RestageError,
  type RestageErrorCode,
  safe,
  type WatchErrorCode,
} from './index.ts';

const restage = new Restage();

/** A switch over the codes of a procedure and of the network is exhaustive. */
export async function exhaustive(): Promise<string> {
  const result = await safe(restage.generations.get('swx_1'));
  if (result.ok) return result.value.status;
  switch (result.error.code) {
    case 'JOB_NOT_FOUND':
    case 'INVALID_REQUEST':
    case 'INVALID_API_KEY':
    case 'RATE_LIMIT_EXCEEDED':
    case 'INTERNAL_ERROR':
    case 'CONNECTION_FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return result.error.message;
    case 'UNKNOWN':
      return result.error.wireCode ?? '';
    default:
      return result.error satisfies never;
  }
}

/** A switch with a missing code does not compile. */
export async function inexhaustive(): Promise<string> {
  const result = await safe(restage.account.info());
  if (result.ok) return result.value.email;
  switch (result.error.code) {
    case 'INVALID_API_KEY':
    case 'INTERNAL_ERROR':
    case 'CONNECTION_FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
    case 'UNKNOWN':
      return result.error.message;
    default:
      // @ts-expect-error RATE_LIMIT_EXCEEDED has no case
      return result.error satisfies never;
  }
}

/** A code that the procedure can't fail with does not compile. */
export async function impossibleCode(): Promise<void> {
  const result = await safe(restage.account.info());
  if (result.ok) return;
  // @ts-expect-error account.info never fails with JOB_NOT_FOUND
  if (result.error.code === 'JOB_NOT_FOUND') return;
}

/** Errors about a job always have it; others may. */
export async function jobOfError(): Promise<void> {
  const result = await safe(restage.generations.wait('swx_1'));
  if (result.ok) {
    expectTypeOf(result.value.output).toEqualTypeOf<Output>();
    expectTypeOf(result.value.status).toEqualTypeOf<'completed'>();
    return;
  }
  const { error } = result;
  if (error.code === 'JOB_FAILED' || error.code === 'JOB_CANCELLED' || error.code === 'WAIT_TIMED_OUT') {
    expectTypeOf(error.job).toEqualTypeOf<Job>();
  } else {
    expectTypeOf(error.job).toEqualTypeOf<Job | undefined>();
  }
}

/** A caught RestageError can have any code. */
export function caughtError(error: unknown): string | undefined {
  if (!RestageError.isInstance(error)) return undefined;
  // @ts-expect-error there is no such code
  if (error.code === 'NO_SUCH_CODE') return undefined;
  return error.code === 'JOB_FAILED' ? error.job.id : error.requestId;
}

/** The details that a code always has are required. */
export async function requiredDetails(): Promise<void> {
  const { error } = await safe(restage.account.info());
  if (error?.code === 'RATE_LIMIT_EXCEEDED') expectTypeOf(error.retryAfter).toEqualTypeOf<number>();
  if (error?.code === 'INTERNAL_ERROR') expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
  // @ts-expect-error a 429 always has retryAfter
  new RestageError('RATE_LIMIT_EXCEEDED', '', { retryable: true });
  // @ts-expect-error JOB_FAILED always has a job
  new RestageError('JOB_FAILED', '', { retryable: false });
}

/** The results of a stream are values or errors of its union. */
export async function streams(): Promise<string> {
  for await (const result of safe(restage.generations.list())) {
    if (result.ok) return result.value.id;
    switch (result.error.code) {
      case 'INVALID_REQUEST':
      case 'INVALID_API_KEY':
      case 'RATE_LIMIT_EXCEEDED':
      case 'INTERNAL_ERROR':
      case 'CONNECTION_FAILED':
      case 'TIMED_OUT':
      case 'ABORTED':
      case 'UNKNOWN':
        return result.error.message;
      default:
        result.error satisfies never;
    }
  }
  for await (const result of safe(restage.generations.watch('swx_1'))) {
    if (result.ok) return result.value.id;
    expectTypeOf(result.error.code).toEqualTypeOf<WatchErrorCode>();
  }
  return '';
}

/** A Call is a Promise; a plain Promise can fail with any code. */
export async function assignability(plain: Promise<number>): Promise<void> {
  const promise: Promise<Job> = restage.generations.get('swx_1');
  // @ts-expect-error a call with more codes is not assignable to one with fewer
  const narrower: Call<Job, 'ABORTED'> = restage.generations.get('swx_1');
  const wider: Call<Job, RestageErrorCode> = restage.generations.get('swx_1');
  // @ts-expect-error a plain promise has no typed errors
  const unknown: Call<number, RestageErrorCode> = plain;
  // @ts-expect-error a promise derived from a call has no typed errors
  const derived: Call<string, RestageErrorCode> = wider.then(({ id }) => id);
  const either = await safe(Math.random() > 0.5 ? restage.account.info() : restage.generations.get('swx_1'));
  if (either.ok) expectTypeOf(either.value).toEqualTypeOf<AccountInfo | Job>();
  else expectTypeOf(either.error.code).toEqualTypeOf<CallErrorCode<'account.info' | 'generations.get'>>();
  const result = await safe(plain);
  if (!result.ok) expectTypeOf(result.error.code).toEqualTypeOf<RestageErrorCode>();
  await Promise.all([promise, narrower, unknown, derived]);
}

/** The fields of an input are checked. */
export function inputs(): void {
  const good = { generation_type: 'image', alpha_mode: 'auto', source_uri: '', prompt: '' } as const;
  restage.generations.start(good);
  // @ts-expect-error there is no such type
  restage.generations.start({ ...good, generation_type: 'audio' });
  // @ts-expect-error the resolutions are 720 and 1080
  restage.generations.start({ ...good, max_resolution: 4320 });
  // @ts-expect-error source_uri is required
  restage.generations.start({ generation_type: 'image', alpha_mode: 'auto' });
  // @ts-expect-error a run takes its source from `source`
  restage.run({ source: 'a.png', prompt: 'a beach', source_uri: '' });
}

/** `call` has the output and errors of the procedure, and does not accept a subscription. */
export async function byName(): Promise<void> {
  const result = await safe(restage.call('generations.get', { id: 'swx_1' }));
  if (result.ok) expectTypeOf(result.value).toEqualTypeOf<Job>();
  else expectTypeOf(result.error.code).toEqualTypeOf<CallErrorCode<'generations.get'>>();
  // @ts-expect-error a subscription can't be called
  restage.call('generations.watch', { id: 'swx_1' });
  // @ts-expect-error there is no such procedure
  restage.call('generations.dance', { id: 'swx_1' });
  // @ts-expect-error a procedure takes its own input
  restage.call('generations.get', { limit: 3 });
}

/** Arguments are checked. */
export function invalidArguments(): void {
  // @ts-expect-error an id is text
  restage.generations.get(7);
  // @ts-expect-error there is no such option
  restage.generations.get('swx_1', { retries: 3 });
  // @ts-expect-error a source is a path, a URL, bytes or a stream
  restage.run({ source: 7, prompt: 'a beach' });
  // @ts-expect-error a run needs a source
  restage.run({ prompt: 'a beach' });
  // @ts-expect-error only a completed job has outputs
  restage.generations.get('swx_1').then((job) => restage.outputs(job));
}

/** Only what can happen can be simulated. */
export function simulations(): void {
  const start = {} as Parameters<typeof restage.generations.start>[0];
  const runInput = { source: 'a.png', prompt: 'a beach' };
  restage.generations.get('swx_1', { simulate: 'JOB_NOT_FOUND' });
  restage.generations.start(start, { simulate: 'stall' });
  restage.run(runInput, { simulate: 'webhook-failed' });
  restage.run(runInput, { simulate: 'UPLOAD_URL_FAILED' });
  restage.quote(runInput, { simulate: 'MAX_COST_EXCEEDED' });
  restage.generations.wait('swx_1', { simulate: 'INTERNAL_ERROR' });
  restage.call('account.info', undefined, { simulate: 'INVALID_API_KEY' });
  // @ts-expect-error there is no such code
  restage.generations.get('swx_1', { simulate: 'NO_SUCH_CODE' });
  // @ts-expect-error a read never needs credits
  restage.generations.get('swx_1', { simulate: 'INSUFFICIENT_CREDITS' });
  // @ts-expect-error a read starts no job that could stall
  restage.generations.get('swx_1', { simulate: 'stall' });
  // @ts-expect-error a quote starts no job that could stall
  restage.quote(runInput, { simulate: 'stall' });
  // @ts-expect-error a quote starts no job that could fail
  restage.generations.quote(start, { simulate: 'job-failed' });
  // @ts-expect-error a quote is not charged for
  restage.quote(runInput, { simulate: 'CREDIT_DEDUCTION_FAILED' });
  // @ts-expect-error a run cancels nothing
  restage.run(runInput, { simulate: 'JOB_NOT_CANCELLABLE' });
  // @ts-expect-error a wait starts nothing
  restage.generations.wait('swx_1', { simulate: 'job-failed' });
  // @ts-expect-error a list never fails with JOB_NOT_FOUND
  restage.generations.list({}, { simulate: 'JOB_NOT_FOUND' });
  // @ts-expect-error an upload queues no job
  restage.uploads.upload('a.png', { simulate: 'JOB_QUEUE_FAILED' });
  // @ts-expect-error account.info never fails with JOB_NOT_FOUND
  restage.call('account.info', undefined, { simulate: 'JOB_NOT_FOUND' });
}

/** `status` narrows a webhook event. */
export async function webhook(): Promise<void> {
  const event = await restage.webhooks.verify({ body: '', headers: {}, secret: 'whsec_' });
  switch (event.status) {
    case 'completed':
      expectTypeOf(event.output).toEqualTypeOf<Output>();
      break;
    case 'failed':
    case 'cancelled':
      expectTypeOf(event.error).toEqualTypeOf<string | null>();
      // @ts-expect-error only a completed job has outputs
      event.output;
      break;
    default:
      event satisfies never;
  }
}
