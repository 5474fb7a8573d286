import { expectTypeOf } from 'vitest';
import {
  type Call,
  type CallErrorCode,
  type Job,
  type Output,
  Restage,
  RestageError,
  safe,
} from './index.ts';

const restage = new Restage();

/** A switch over the codes of one procedure, and the client's own, is exhaustive. */
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

/** A switch that forgets a code does not compile. */
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

/** A code that the procedure can't give has no case. */
export async function stale(): Promise<void> {
  const result = await safe(restage.account.info());
  if (result.ok) return;
  // @ts-expect-error account.info never gives JOB_NOT_FOUND
  if (result.error.code === 'JOB_NOT_FOUND') return;
}

/** Errors that tell of a job carry it; others may. */
export async function carried(): Promise<void> {
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

/** What is caught may be any of ours. */
export function caught(error: unknown): string | undefined {
  if (!RestageError.isInstance(error)) return undefined;
  // @ts-expect-error there is no such code
  if (error.code === 'NO_SUCH_CODE') return undefined;
  return error.code === 'JOB_FAILED' ? error.job.id : error.requestId;
}

/** A Call is a Promise, and a Promise of no known codes can have any. */
export async function widened(plain: Promise<number>): Promise<void> {
  const promise: Promise<Job> = restage.generations.get('swx_1');
  // @ts-expect-error a call with more codes is no call with fewer
  const call: Call<Job, 'ABORTED'> = restage.generations.get('swx_1');
  const result = await safe(plain);
  if (!result.ok && result.error.code === 'JOB_FAILED') throw new Error(result.error.job.id);
  await Promise.all([promise, call]);
}

/** What is sent is checked. */
export function sent(): void {
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

/** What is called by its name gives and fails as its method does; a subscription can't be called so. */
export async function byName(): Promise<void> {
  const result = await safe(restage.call('generations.get', { id: 'swx_1' }));
  if (result.ok) expectTypeOf(result.value).toEqualTypeOf<Job>();
  else expectTypeOf(result.error.code).toEqualTypeOf<CallErrorCode<'generations.get'>>();
  // @ts-expect-error an event stream is no answer: generations.watch has a method of its own
  restage.call('generations.watch', { id: 'swx_1' });
  // @ts-expect-error there is no such procedure
  restage.call('generations.dance', { id: 'swx_1' });
  // @ts-expect-error a procedure takes its own input
  restage.call('generations.get', { limit: 3 });
}

/** What a method takes is checked too. */
export function misspelt(): void {
  // @ts-expect-error an id is text
  restage.generations.get(7);
  // @ts-expect-error there is no such option
  restage.generations.get('swx_1', { retries: 3 });
  // @ts-expect-error there is no such code to simulate
  restage.generations.get('swx_1', { simulate: 'NO_SUCH_CODE' });
  // @ts-expect-error footage is a path, a URL, bytes or a stream
  restage.run({ source: 7, prompt: 'a beach' });
  // @ts-expect-error a run needs a source
  restage.run({ prompt: 'a beach' });
  // @ts-expect-error a job that may not have completed has no outputs to download
  restage.generations.get('swx_1').then((job) => restage.outputs(job));
}

/** The payload of a webhook narrows by its status. */
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
