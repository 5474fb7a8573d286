import { encodeEnvelope, type Failure } from '@restage/errors';
import { type FailedRequest, toErrorBody } from '../../trpc/error-body.ts';
import { toFailureHeaders } from './failure-response.ts';
import { commonHeaders } from './headers.ts';

/** What the error needs to know about a request that reaches no route. */
export interface UnroutedRequest extends FailedRequest {
  /** The target in the request line; empty if it can't be read. */
  readonly target: string;
}

/** A response that is not yet sent. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const trpcTarget = /^(?:https?:\/\/[^/?#]*)?\/trpc(?:[/?#]|$)/i;

/**
 * Creates the error response for a request that reaches no route: in tRPC's format below /trpc, otherwise the envelope.
 * @param status replaces the status of the code, if HTTP has a more exact one
 */
export function toErrorResponse(failure: Failure, request: UnroutedRequest, status?: number): ErrorResponse {
  const envelope = encodeEnvelope(failure);
  const isTrpc = trpcTarget.test(request.target);
  const body = JSON.stringify(isTrpc ? toErrorBody(failure, request, status) : envelope.body);
  return {
    status: status ?? envelope.status,
    headers: {
      ...commonHeaders(request.requestId),
      ...toFailureHeaders(failure, request.publicUrl),
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
}
