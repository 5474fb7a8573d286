import { catalog, decodeEnvelope, type ErrorCode, hasDetail } from '@restage/errors';
import type { RawResponse } from '../transport/response.ts';
import { createClientError } from './client-error.ts';
import { type ErrorDetails, RestageError, type RestageErrorOf } from './restage-error.ts';

/** The error in a response. Servers of other versions may leave out any optional field. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly param?: unknown;
  readonly requestId?: unknown;
  readonly docUrl?: unknown;
  readonly retryable?: unknown;
  readonly retryAfter?: unknown;
}

/**
 * Converts a failed response to an error. A code that the call does not declare becomes UNKNOWN, with the original code
 * in `wireCode`. A response that does not come from Restage also becomes UNKNOWN.
 * @param declaredCodes the codes of the procedure or route that was called
 * @param errorBody the error that tRPC's client parsed; by default, the body is decoded as an error envelope
 */
export function toRestageError<const Code extends ErrorCode>(
  response: RawResponse,
  declaredCodes: readonly Code[],
  errorBody: ErrorBody | undefined = decodeEnvelope(response.parsedBody),
): RestageErrorOf<Code> | RestageError<'UNKNOWN'> {
  if (!errorBody) return createUnreadableError(response);
  const { status, headers } = response;
  const code = declaredCodes.find((candidate) => candidate === errorBody.code);
  const isRetryable = code === undefined ? isRetryableStatus(status) : catalog[code].retryable;
  const details: ErrorDetails = {
    status,
    param: readText(errorBody.param) ?? headers.get('x-error-param') ?? undefined,
    requestId: readText(errorBody.requestId) ?? headers.get('x-request-id') ?? undefined,
    docUrl: readText(errorBody.docUrl) ?? readDocUrl(headers),
    retryable: typeof errorBody.retryable === 'boolean' ? errorBody.retryable : isRetryable,
    retryAfter:
      typeof errorBody.retryAfter === 'number'
        ? errorBody.retryAfter
        : parseRetryAfter(headers.get('retry-after')),
    wireCode: errorBody.code,
  };
  return code === undefined
    ? createClientError('UNKNOWN', errorBody.message, details)
    : createDeclaredError(code, errorBody.message, details);
}

/** Whether a response is an HTML page, as captive portals and proxies send. Restage never answers this client with HTML. */
export function isHtml(headers: Headers): boolean {
  return headers.get('content-type')?.toLowerCase().startsWith('text/html') ?? false;
}

/** Seconds to wait if a code that always has `retryAfter` arrives without it, because a proxy dropped the header. */
const defaultRetryAfter = 1;

function createDeclaredError<Code extends ErrorCode>(
  code: Code,
  message: string,
  details: ErrorDetails,
): RestageErrorOf<Code> {
  const retryAfter = details.retryAfter ?? (hasDetail(code, 'retryAfter') ? defaultRetryAfter : undefined);
  // TypeScript can't check a conditional type against a generic code: `details` holds what errors of this code always have.
  return new RestageError<ErrorCode>(code, message, { ...details, retryAfter }) as RestageErrorOf<Code>;
}

function createUnreadableError({ status, headers }: RawResponse): RestageError<'UNKNOWN'> {
  const location = headers.get('location');
  const message = location
    ? `The server redirects to ${location.split('?')[0]}. Set baseUrl to the URL of the Restage server.`
    : `The response with status ${status} is not a Restage response. Check baseUrl, and any proxy in front of the server.`;
  return createClientError('UNKNOWN', message, {
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfter: parseRetryAfter(headers.get('retry-after')),
    retryable: isRetryableStatus(status),
  });
}

/** Whether the same request may succeed later, judging by the status alone. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Parses `retry-after`, which is a number of seconds or a date (RFC 9110, 10.2.3). Returns seconds. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function readDocUrl(headers: Headers): string | undefined {
  return /<([^>]+)>; rel="help"/.exec(headers.get('link') ?? '')?.[1];
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
