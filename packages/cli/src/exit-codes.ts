import { formatTable } from '@restage/cli-kit';
import { catalog, type ErrorCode, isErrorCode } from '@restage/errors';
import type { ClientErrorCode, RestageErrorCode, RestageErrorOf } from '@restage/sdk';

/** Exit codes of the program, by what went wrong. */
export const exitCodes = {
  done: 0,
  /** A bug in the program. */
  bug: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The server rejects the request; sent again, it is rejected again. */
  rejected: 3,
  /** The key is missing or wrong, or a signed URL has expired. */
  unauthorized: 4,
  /** Credits or a spending limit don't cover the request. */
  unaffordable: 5,
  /** Too many requests or jobs at once. */
  limited: 6,
  /** The server, or the connection to it, fails. */
  unavailable: 7,
  /** The job failed or was cancelled. */
  jobFailed: 8,
  /** The wait for the job timed out. The job continues. */
  timedOut: 9,
  /** A file of this machine can't be read or written. */
  file: 10,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** A kind of outcome that has an exit code. */
type ExitClass = keyof typeof exitCodes;

const byStatus: Record<(typeof catalog)[ErrorCode]['status'], ExitClass> = {
  400: 'rejected',
  401: 'unauthorized',
  402: 'unaffordable',
  403: 'unauthorized',
  404: 'rejected',
  405: 'rejected',
  409: 'rejected',
  413: 'rejected',
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
  WAIT_TIMED_OUT: 'timedOut',
  FILE_FAILED: 'file',
  INVALID_WEBHOOK: 'rejected',
};

/** The catalog code that a server sent, even if the call does not declare it; undefined if it sent none. */
export function getCatalogCode({
  code,
  wireCode = code,
}: RestageErrorOf<RestageErrorCode>): ErrorCode | undefined {
  return isErrorCode(wireCode) ? wireCode : undefined;
}

/** The exit code for an error. */
export function getExitCode(error: RestageErrorOf<RestageErrorCode>): number {
  const code = getCatalogCode(error) ?? error.code;
  return exitCodes[isErrorCode(code) ? byStatus[catalog[code].status] : byClientCode[code]];
}

const meanings: Record<ExitClass, string> = {
  done: 'success',
  bug: 'a bug in restage itself',
  usage: 'the command line is wrong',
  rejected: 'the server rejects the request',
  unauthorized: 'the API key is missing or wrong',
  unaffordable: 'credits or a spending limit do not cover the request',
  limited: 'too many requests or jobs at once',
  unavailable: 'the server, or the connection to it, fails',
  jobFailed: 'the job failed or was cancelled',
  timedOut: 'the wait for the job timed out; the job continues',
  file: 'a file cannot be read or written',
  interrupted: 'interrupted',
};

/** What the help says below the commands. */
export function exitCodeHelp(): string {
  const rows = Object.entries(meanings).map(([name, meaning]) => [
    `  ${exitCodes[name as ExitClass]}`,
    meaning,
  ]);
  return `
The API key is read from RESTAGE_API_KEY, the server's URL from RESTAGE_BASE_URL.

Exit codes:
${formatTable(rows)}
`;
}
