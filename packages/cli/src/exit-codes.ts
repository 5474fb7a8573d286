import { catalog, type ErrorCode, isErrorCode } from '@restage/errors';
import type { ClientErrorCode, RestageErrorCode, RestageErrorOf } from '@restage/sdk';

/** What the program ends with: scripts tell by it what kind of thing went wrong. */
export const exitCodes = {
  done: 0,
  /** A bug of the program. */
  bug: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The server refuses the request as it is; sent again, it is refused again. */
  refused: 3,
  /** The key is missing or wrong, or a signed URL has expired. */
  forbidden: 4,
  /** Credits or a spending limit don't cover it. */
  unpaid: 5,
  /** Too many requests or jobs at once. */
  limited: 6,
  /** The server, or the way there, is at fault. */
  unavailable: 7,
  /** The job failed or was cancelled. */
  jobFailed: 8,
  /** The job had not ended in time. It goes on. */
  unfinished: 9,
  /** A file of this machine can't be read or written. */
  file: 10,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** What each exit code says, for the help. */
export type ExitClass = keyof typeof exitCodes;

const byStatus: Record<(typeof catalog)[ErrorCode]['status'], ExitClass> = {
  400: 'refused',
  401: 'forbidden',
  402: 'unpaid',
  403: 'forbidden',
  404: 'refused',
  405: 'refused',
  409: 'refused',
  413: 'refused',
  429: 'limited',
  500: 'unavailable',
};

const byClientCode: Record<ClientErrorCode, ExitClass> = {
  CONNECTION_FAILED: 'unavailable',
  TIMED_OUT: 'unavailable',
  ABORTED: 'interrupted',
  UNKNOWN: 'unavailable',
  JOB_FAILED: 'jobFailed',
  JOB_CANCELLED: 'jobFailed',
  WAIT_TIMED_OUT: 'unfinished',
  FILE_FAILED: 'file',
  INVALID_WEBHOOK: 'refused',
};

/** The code of the catalog that a server sent, one that the call does not declare included; undefined where it sent none. */
export function getCatalogCode({
  code,
  wireCode = code,
}: RestageErrorOf<RestageErrorCode>): ErrorCode | undefined {
  return isErrorCode(wireCode) ? wireCode : undefined;
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: RestageErrorOf<RestageErrorCode>): number {
  const code = getCatalogCode(error) ?? error.code;
  return exitCodes[isErrorCode(code) ? byStatus[catalog[code].status] : byClientCode[code]];
}
