import { encodeEnvelope, type Failure } from '@restage/errors';
import { type FailedRequest, toErrorBody } from '../trpc/error-body.ts';
import { failureHeaders } from './answer.ts';
import { commonHeaders } from './headers.ts';

/** A request that reaches no route, as far as its error needs to know it. */
export interface UnroutedRequest extends FailedRequest {
  /** What was asked for, as the request line has it; empty where that can't be read. */
  readonly target: string;
}

/** An answer before it is bytes. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const belowTrpc = /^(?:https?:\/\/[^/?#]*)?\/trpc(?:[/?#]|$)/i;

/**
 * The answer to a request that reaches no route: in tRPC's shape below /trpc, the envelope elsewhere.
 * @param status instead of the code's own, where HTTP has one for exactly this
 */
export function toErrorResponse(failure: Failure, request: UnroutedRequest, status?: number): ErrorResponse {
  const envelope = encodeEnvelope(failure);
  const isTrpc = belowTrpc.test(request.target);
  const body = JSON.stringify(isTrpc ? toErrorBody(failure, request, status) : envelope.body);
  return {
    status: status ?? envelope.status,
    headers: {
      ...commonHeaders(request.requestId),
      ...failureHeaders(failure, request.publicUrl),
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
}
