import { type Procedures, serverCodes } from '../wire.ts';

/** What only a client can find, and of each whether the very same call may succeed later. */
export const clientCodes = {
  /** No answer came: refused, reset, cut off half-way, or the name has no address. */
  CONNECTION_FAILED: true,
  /** No answer came in the time given. */
  TIMED_OUT: true,
  /** The caller's signal ended the call. */
  ABORTED: false,
  /** An answer that this version can't name: `wireCode` is what a newer server called it; a proxy's page has none. */
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
export type ServerErrorCode = keyof typeof serverCodes;

/** A code that the client gives by itself. */
export type ClientErrorCode = keyof typeof clientCodes;

/** Any code that a {@link RestageError} can have. */
export type RestageErrorCode = ServerErrorCode | ClientErrorCode;

/** What any call over the network can end with, beside the codes of its procedure. */
export type TransportErrorCode = 'CONNECTION_FAILED' | 'TIMED_OUT' | 'ABORTED' | 'UNKNOWN';

/** The names of the procedures, as on the wire: `generations.start`. */
export type ProcedureName = keyof Procedures;

/** Those that answer once: a subscription, `generations.watch`, has a method of its own. */
export type CallName = {
  [Name in ProcedureName]: Procedures[Name]['kind'] extends 'subscription' ? never : Name;
}[ProcedureName];

/** Exactly the codes that a call of a procedure can end with. */
export type CallErrorCode<Name extends ProcedureName> = Procedures[Name]['code'] | TransportErrorCode;

/** Whether this version knows a code that a server sent. */
export function isServerCode(code: string): code is ServerErrorCode {
  return Object.hasOwn(serverCodes, code);
}
