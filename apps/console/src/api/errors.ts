import { type CatalogEntry, type ClientErrorCode, catalog, RestageError } from '@restage/sdk';

/** What is shown of an error. Every {@link RestageError} has it. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly param?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly wireCode?: string | undefined;
}

/** What to do about the errors that the client itself detects. */
const clientResolutions: Readonly<Record<ClientErrorCode, string>> = {
  CONNECTION_FAILED: 'Check that the server runs. The console connects again by itself.',
  TIMED_OUT: 'Try again. If it happens again, check the load of the server.',
  ABORTED: 'Try again.',
  UNKNOWN: 'Reload the page: the server may have been updated. Otherwise check any proxy in front of it.',
  JOB_FAILED: 'The credits were refunded. Change what the message names, and start again.',
  JOB_CANCELLED: 'The credits were refunded. Start again when you are ready.',
  WAIT_TIMED_OUT: 'The job is still running. Find it under Jobs.',
  FILE_FAILED: 'Choose the file again: it may have been moved, changed or deleted.',
  INVALID_WEBHOOK: 'Check the webhook’s secret.',
};

/** Converts anything thrown. What is no error of a call is a bug of the console. */
export function toShownError(error: unknown): ShownError {
  if (RestageError.isInstance(error)) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { ...error, code: error.code, message: error.message };
  }
  return { code: 'CONSOLE_FAILED', message: error instanceof Error ? error.message : String(error) };
}

/** The entry of a code in the server's catalog; undefined for the codes of the client. */
function findCatalogEntry(code: string): CatalogEntry | undefined {
  return Object.hasOwn(catalog, code) ? catalog[code as keyof typeof catalog] : undefined;
}

/** What to do about an error of this code. */
export function getResolution(code: string): string {
  if (Object.hasOwn(clientResolutions, code)) return clientResolutions[code as ClientErrorCode];
  return findCatalogEntry(code)?.resolution ?? 'Reload the page. If it happens again, report it.';
}

/** The docs page of a code, on this server; undefined for the codes of the client. */
export function getDocsPath(code: string): string | undefined {
  return findCatalogEntry(code) && `/errors#${code}`;
}

/** Whether nothing, or only a proxy, answered. */
export function isUnreachable(error: unknown): boolean {
  const { code, status, wireCode } = toShownError(error);
  if (code === 'CONNECTION_FAILED' || code === 'TIMED_OUT') return true;
  return code === 'UNKNOWN' && wireCode === undefined && status !== undefined && status >= 500;
}

/** Whether the session has ended. */
export function isSignedOut(error: unknown): boolean {
  return toShownError(error).code === 'INVALID_API_KEY';
}
