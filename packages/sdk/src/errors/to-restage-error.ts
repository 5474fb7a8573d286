import { catalog, decodeEnvelope, type ErrorCode, hasDetail } from '@restage/errors';
import type { Answer } from '../transport/answer.ts';
import { clientError } from './client-error.ts';
import { type ErrorDetails, RestageError, type RestageErrorOf } from './restage-error.ts';

/** What a server says of an error, of which an older or newer one may leave out any part. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly param?: unknown;
  readonly requestId?: unknown;
  readonly docUrl?: unknown;
  readonly retryable?: unknown;
  readonly retryAfter?: unknown;
}

/**
 * The error that an answer is. A code that the call does not declare becomes UNKNOWN, with the code as it was sent in
 * `wireCode`; so does an answer that isn't one of Restage.
 * @param declared the codes of the procedure or the route that was called
 * @param refusal what tRPC found in the answer; without it, the answer is read as an envelope
 */
export function refusalError<const Code extends ErrorCode>(
  answer: Answer,
  declared: readonly Code[],
  refusal: Refusal | undefined = decodeEnvelope(answer.content),
): RestageErrorOf<Code> | RestageError<'UNKNOWN'> {
  if (!refusal) return unreadable(answer);
  const { status, headers } = answer;
  const code = declared.find((each) => each === refusal.code);
  const isRetryable = code === undefined ? mayPass(status) : catalog[code].retryable;
  const details: ErrorDetails = {
    status,
    param: text(refusal.param) ?? headers.get('x-error-param') ?? undefined,
    requestId: text(refusal.requestId) ?? headers.get('x-request-id') ?? undefined,
    docUrl: text(refusal.docUrl) ?? linkedDocUrl(headers),
    retryable: typeof refusal.retryable === 'boolean' ? refusal.retryable : isRetryable,
    retryAfter:
      typeof refusal.retryAfter === 'number' ? refusal.retryAfter : seconds(headers.get('retry-after')),
    wireCode: refusal.code,
  };
  return code === undefined
    ? clientError('UNKNOWN', refusal.message, details)
    : createDeclaredError(code, refusal.message, details);
}

/** Whether an answer is a page, of a portal or a proxy: Restage answers no request of this package with one. */
export function isPage(headers: Headers): boolean {
  return headers.get('content-type')?.toLowerCase().startsWith('text/html') ?? false;
}

/** Seconds to wait where an answer that must say so does not, since something on its way has cut it. */
const defaultRetryAfter = 1;

function createDeclaredError<Code extends ErrorCode>(
  code: Code,
  message: string,
  details: ErrorDetails,
): RestageErrorOf<Code> {
  const retryAfter = details.retryAfter ?? (hasDetail(code, 'retryAfter') ? defaultRetryAfter : undefined);
  // `code` is one code, and its error has what errors of it always have: the compiler can't see either of a generic one.
  return new RestageError<ErrorCode>(code, message, { ...details, retryAfter }) as RestageErrorOf<Code>;
}

function unreadable({ status, headers }: Answer): RestageError<'UNKNOWN'> {
  const location = headers.get('location');
  const message = location
    ? `The server redirects to ${location.split('?')[0]}. Set baseUrl to where Restage is.`
    : `The answer, of status ${status}, is not one of Restage. Check baseUrl, and what stands before the server.`;
  return clientError('UNKNOWN', message, {
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfter: seconds(headers.get('retry-after')),
    retryable: mayPass(status),
  });
}

/** Whether a status by itself says that the same request may succeed later. */
function mayPass(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** `retry-after` in seconds; as a date (RFC 9110 allows both) it is turned into them. */
function seconds(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function linkedDocUrl(headers: Headers): string | undefined {
  return /<([^>]+)>; rel="help"/.exec(headers.get('link') ?? '')?.[1];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
