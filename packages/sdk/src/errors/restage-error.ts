import type { ErrorCodeWith } from '@restage/errors';
import type { Job } from '../wire.ts';
import type { RestageErrorCode } from './client-codes.ts';

/** Registered, so that copies of this package in one program know each other's errors. */
const marker = Symbol.for('restage.error');

/** The codes that tell of a job, which their errors therefore always carry. */
export type JobCode = 'JOB_FAILED' | 'JOB_CANCELLED' | 'WAIT_TIMED_OUT';
type JobOf<Code> = Code extends JobCode ? Job : Job | undefined;
type RetryAfterOf<Code> = Code extends ErrorCodeWith<'retryAfter'> ? number : number | undefined;

/** What an error says beside its code and message. */
export interface ErrorDetails {
  readonly status?: number | undefined;
  readonly param?: string | undefined;
  readonly requestId?: string | undefined;
  readonly docUrl?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfter?: number | undefined;
  readonly wireCode?: string | undefined;
  readonly job?: Job | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly cause?: unknown;
}

/** The same, with what errors of these codes always say. */
type DetailsOf<Code> = ErrorDetails &
  (Code extends JobCode ? { readonly job: Job } : unknown) &
  (Code extends ErrorCodeWith<'retryAfter'> ? { readonly retryAfter: number } : unknown);

/** Every way in which a call can fail. `code` says which one, and its type which ones are possible. */
export class RestageError<Code extends RestageErrorCode = RestageErrorCode> extends Error {
  override readonly name = 'RestageError';
  readonly code: Code;
  /** The HTTP status, where a server answered. */
  readonly status: number | undefined;
  /** The offending parameter, as the wire spells it. */
  readonly param: string | undefined;
  /** What the server's operator finds the request by. */
  readonly requestId: string | undefined;
  /** The page about this code. */
  readonly docUrl: string | undefined;
  /** Whether the very same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds after which it may. RATE_LIMIT_EXCEEDED and CONCURRENT_LIMIT_EXCEEDED always say it. */
  readonly retryAfter: RetryAfterOf<Code>;
  /** The code as it was sent. It differs from `code` when that is UNKNOWN. */
  readonly wireCode: string | undefined;
  /** The job as it was last seen, once there is one: what was paid for can be fetched by its id. */
  readonly job: JobOf<Code>;
  /**
   * Of a start: the key that it was sent with. Where it is not known whether the job was made (no answer came, or the call was
   * aborted), the same start with this key gives it, and is charged once.
   */
  readonly idempotencyKey: string | undefined;

  constructor(code: Code, message: string, details: DetailsOf<Code>) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.param = details.param;
    this.requestId = details.requestId;
    this.docUrl = details.docUrl;
    this.retryable = details.retryable;
    this.retryAfter = details.retryAfter as RetryAfterOf<Code>;
    this.wireCode = details.wireCode;
    this.job = details.job as JobOf<Code>;
    this.idempotencyKey = details.idempotencyKey;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether a caught value is a RestageError, of this copy of the package or of another. */
  static isInstance(value: unknown): value is RestageErrorOf<RestageErrorCode> {
    return value instanceof Error && marker in value;
  }

  /** For logs: everything but the stack and the cause. */
  toJSON() {
    const { name: _, cause: __, stack: ___, ...fields } = this;
    return { ...fields, message: this.message };
  }
}

/** One error type a code, as a union that `switch (error.code)` narrows. */
export type RestageErrorOf<Code extends RestageErrorCode> = Code extends RestageErrorCode
  ? RestageError<Code>
  : never;
