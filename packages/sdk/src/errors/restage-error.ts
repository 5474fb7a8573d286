import type { ErrorCodeWith } from '@restage/errors';
import type { Job } from '../generated/types.ts';
import type { RestageErrorCode } from './client-codes.ts';

/** In the global registry, so that several copies of this package in one program recognize each other's errors. */
const marker = Symbol.for('restage.error');

/** The codes whose errors always have a `job`. */
export type JobCode = 'JOB_FAILED' | 'JOB_CANCELLED' | 'WAIT_TIMED_OUT';
type JobOf<Code> = Code extends JobCode ? Job : Job | undefined;
type RetryAfterOf<Code> = Code extends ErrorCodeWith<'retryAfter'> ? number : number | undefined;

/** The fields of an error beside its code and message. */
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

/** {@link ErrorDetails}, with the fields required that errors of these codes always have. */
type DetailsOf<Code> = ErrorDetails &
  (Code extends JobCode ? { readonly job: Job } : unknown) &
  (Code extends ErrorCodeWith<'retryAfter'> ? { readonly retryAfter: number } : unknown);

/** The error of a failed call. `code` says what went wrong; its type lists what can go wrong. */
export class RestageError<Code extends RestageErrorCode = RestageErrorCode> extends Error {
  override readonly name = 'RestageError';
  readonly code: Code;
  /** The HTTP status, if a server responded. */
  readonly status: number | undefined;
  /** The name of the invalid parameter, as in the API. */
  readonly param: string | undefined;
  /** The id of the request in the server's logs. */
  readonly requestId: string | undefined;
  /** The documentation of this code. */
  readonly docUrl: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before a retry. RATE_LIMIT_EXCEEDED and CONCURRENT_LIMIT_EXCEEDED always have it. */
  readonly retryAfter: RetryAfterOf<Code>;
  /** The code in the server's response. It differs from `code` if that is UNKNOWN. */
  readonly wireCode: string | undefined;
  /** The last known state of the job, if one was started. Use its id to fetch what was paid for. */
  readonly job: JobOf<Code>;
  /**
   * The idempotency key of a failed start. If it is unknown whether the job was started (no response arrived, or the call
   * was aborted), send the same start with this key: it returns the existing job and charges once.
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

  /** Whether a value is a RestageError, including one from another copy of this package. */
  static isInstance(value: unknown): value is RestageErrorOf<RestageErrorCode> {
    return value instanceof Error && marker in value;
  }

  /** Returns all fields except the stack and the cause, for logs. */
  toJSON() {
    const { name: _, cause: __, stack: ___, ...fields } = this;
    return { ...fields, message: this.message };
  }
}

/** A union with one error type per code, which `switch (error.code)` narrows. */
export type RestageErrorOf<Code extends RestageErrorCode> = Code extends RestageErrorCode
  ? RestageError<Code>
  : never;
