import { decodeEnvelope } from '@restage/errors';
import type { Answer } from '../transport/answer.ts';
import { serverCodes } from '../wire.ts';
import { isServerCode } from './client-codes.ts';
import { clientError } from './client-error.ts';
import { type ErrorDetails, RestageError } from './restage-error.ts';

/** What a server says of an error, of which an older or newer one may leave out any part. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly param?: unknown;
  readonly requestId?: unknown;
  readonly docUrl?: unknown;
  readonly retryable?: unknown;
}

/**
 * The error that an answer is. A code that this version doesn't know becomes UNKNOWN, with the code as it was
 * sent in `wireCode`; so does an answer that isn't one of Restage.
 * @param refusal what tRPC found in the answer; without it, the answer is read as an envelope
 */
export function refusalError(answer: Answer, refusal: Refusal | undefined): RestageError {
  const { status, headers } = answer;
  const said: Refusal | undefined = refusal ?? decodeEnvelope(answer.content);
  if (!said) return unreadable(answer);
  const { code, message } = said;
  const details: Omit<ErrorDetails, 'retryable'> = {
    status,
    param: text(said.param) ?? headers.get('x-error-param') ?? undefined,
    requestId: text(said.requestId) ?? headers.get('x-request-id') ?? undefined,
    docUrl: text(said.docUrl) ?? linkedDocUrl(headers),
    retryAfter: seconds(headers.get('retry-after')),
    wireCode: code,
  };
  if (!isServerCode(code)) {
    const retryable = typeof said.retryable === 'boolean' ? said.retryable : mayPass(status);
    return clientError('UNKNOWN', message, { ...details, retryable });
  }
  return new RestageError(code, message, { ...details, retryable: serverCodes[code] });
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
