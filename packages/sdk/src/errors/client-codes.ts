import type { ErrorCode, ProcedureName } from '@restage/errors';
import type { Procedures } from '../wire.ts';

/** What only a client can find, and of each whether the very same call may succeed later. */
export const clientCodes = {
  /** No answer came: refused, reset, cut off half-way, or the name has no address. */
  CONNECTION_FAILED: true,
  /** No answer came in the time given. */
  TIMED_OUT: true,
  /** The caller's signal ended the call. */
  ABORTED: false,
  /**
   * An answer that the call does not declare: `wireCode` is the code that it came with, that of a newer server or of another
   * route; a proxy's page has none.
   */
  UNKNOWN: false,
  /** The job ended without a render; `job.error` says why. Its credits are refunded. */
  JOB_FAILED: false,
  /** The job was cancelled. Its credits are refunded. */
  JOB_CANCELLED: false,
  /** The job had not ended in the time given to wait for it. It goes on: wait for it again by its id. */
  WAIT_TIMED_OUT: true,
  /** A file can't be read or written: missing, not permitted, or a runtime that has no files. */
  FILE_FAILED: false,
  /** A webhook is not proven to come from Restage, or is not one. */
  INVALID_WEBHOOK: false,
} as const;

/** A code of the server's catalog. */
export type ServerErrorCode = ErrorCode;

/** A code that the client gives by itself. */
export type ClientErrorCode = keyof typeof clientCodes;

/** Any code that a {@link RestageError} can have. */
export type RestageErrorCode = ServerErrorCode | ClientErrorCode;

/** The procedures that answer once: a subscription, `generations.watch`, has a method of its own. */
export type CallName = {
  [Name in ProcedureName]: Procedures[Name]['kind'] extends 'subscription' ? never : Name;
}[ProcedureName];
