import { procedures } from '@restage/contract';
import { catalog, type ErrorCode, type Failure, isErrorCode, isFailure } from '@restage/errors';
import { type ClientErrorCode, RestageError, type RestageErrorCode, type RestageErrorOf } from '@restage/sdk';
import * as z from 'zod';

/** Why a call failed, for an assistant to act on. */
export const refusalSchema = z
  .object({
    code: z.string().describe('A code of the catalog, which the tool "errors" explains, or of this program'),
    message: z.string().describe('What is wrong, what is accepted, what was received'),
    param: z.string().optional().describe('The invalid argument'),
    resolution: z.string().describe('What to do about it'),
    docUrl: z.string().optional().describe('The documentation of the code'),
    requestId: z.string().optional().describe('The id of the request, which the tool "requests" explains'),
    retryable: z.boolean().describe('Whether the same call may succeed later'),
    retryAfter: z.number().optional().describe('Seconds to wait before that'),
    job: procedures['generations.get'].output.optional().describe('The job, if one was started'),
  })
  .meta({ id: 'Refusal' });
export type Refusal = z.infer<typeof refusalSchema>;

/**
 * Describes why a call failed.
 * @param error a Failure of the arguments, a RestageError, or a bug, which is described without its cause
 */
export function toRefusal(error: unknown, baseUrl: string): Refusal {
  if (isFailure(error)) return describeFailure(error as Failure, baseUrl);
  if (RestageError.isInstance(error)) return describeError(error);
  return {
    code: 'BUG',
    message: 'This is a bug in restage.',
    resolution: 'Report it, with what restage has written to standard error.',
    retryable: false,
  };
}

function describeFailure({ code, message, param }: Failure, baseUrl: string): Refusal {
  const { resolution, retryable } = catalog[code];
  return { code, message, ...(param && { param }), resolution, docUrl: getDocUrl(code, baseUrl), retryable };
}

/** The documentation of a code. */
export function getDocUrl(code: ErrorCode, baseUrl: string): string {
  return `${baseUrl}/errors#${code}`;
}

function describeError(error: RestageErrorOf<RestageErrorCode>): Refusal {
  const { message, param, docUrl, requestId, retryable, retryAfter, job } = error;
  // A code that the call does not declare, such as a newer server's, is UNKNOWN, with the code in wireCode.
  const code = error.wireCode ?? error.code;
  const sentences = [isErrorCode(code) ? catalog[code].resolution : clientResolutions[toClientCode(error)]];
  if (code === 'INVALID_API_KEY')
    sentences.push('The key is read from RESTAGE_API_KEY in the settings of the MCP client.');
  const isUncertain =
    !job && error.idempotencyKey !== undefined && (error.wireCode === undefined || retryable);
  if (isUncertain) sentences.push('The job may have started; the tool "jobs" lists it.');
  return {
    code,
    message,
    ...(param !== undefined && { param }),
    resolution: sentences.join(' '),
    ...(docUrl !== undefined && { docUrl }),
    ...(requestId !== undefined && { requestId }),
    retryable,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(job && { job }),
  };
}

function toClientCode({ code }: RestageErrorOf<RestageErrorCode>): ClientErrorCode {
  return isErrorCode(code) ? 'UNKNOWN' : code;
}

const continues = 'The job continues: wait for it with the tool "get", or end and refund it with "cancel".';

/** What to do about the errors that the SDK detects itself. */
const clientResolutions: Record<ClientErrorCode, string> = {
  CONNECTION_FAILED:
    'Is the server running? Its URL is read from RESTAGE_BASE_URL in the settings of the MCP client.',
  TIMED_OUT: 'Try again; if it happens again, see whether the server is overloaded.',
  ABORTED: 'Call the tool again, if its result is still needed.',
  UNKNOWN: 'See the message. If it names no cause, check RESTAGE_BASE_URL and any proxy before the server.',
  JOB_FAILED: 'See the message and "job.error". The job’s credits are refunded.',
  JOB_CANCELLED: 'The job’s credits are refunded. Call "run" again, if its result is still needed.',
  WAIT_TIMED_OUT: continues,
  FILE_FAILED: 'Give the absolute path of a file that exists and that this user may read.',
  INVALID_WEBHOOK: 'Check the webhook secret.',
};
