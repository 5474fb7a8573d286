import type { ErrorCode, ProcedureName } from '@restage/errors';
import type { Procedures } from '../generated/types.ts';

/** The codes of errors that the client detects itself. The value says whether the same call may succeed later. */
export const clientCodes = {
  /** The connection was refused or reset, the response was cut off, or the host name does not resolve. */
  CONNECTION_FAILED: true,
  /** No complete response arrived within the timeout. */
  TIMED_OUT: true,
  /** The caller's signal aborted the call. */
  ABORTED: false,
  /**
   * The call does not declare this response. `wireCode` is its code, if it has one: that of a newer server or of another
   * route. A proxy's error page has none.
   */
  UNKNOWN: false,
  /** The job failed; `job.error` says why. Its credits are refunded. */
  JOB_FAILED: false,
  /** The job was cancelled. Its credits are refunded. */
  JOB_CANCELLED: false,
  /** The job did not end within the timeout. It is still running: wait for it again by its id. */
  WAIT_TIMED_OUT: true,
  /** A file or stream can't be read or written: it is missing, access is denied, or the runtime has no file system. */
  FILE_FAILED: false,
  /** The webhook's signature, timestamp or body is invalid. */
  INVALID_WEBHOOK: false,
} as const;

/** A code of the server's catalog. */
export type ServerErrorCode = ErrorCode;

/** A code that the client itself creates. */
export type ClientErrorCode = keyof typeof clientCodes;

/** Any code that a {@link RestageError} can have. */
export type RestageErrorCode = ServerErrorCode | ClientErrorCode;

/** The procedures that return one result. The subscription `generations.watch` has its own method. */
export type CallName = {
  [Name in ProcedureName]: Procedures[Name]['kind'] extends 'subscription' ? never : Name;
}[ProcedureName];
