import type { RequestDetails } from '@restage/sdk';
import { formatFields } from '../list.ts';
import { explainCode } from './explain-code.ts';

/** A logged request and, if it failed, what was wrong, what that means and how to fix it. */
export function formatRequest(request: RequestDetails, baseUrl: string): string {
  const { id, at, procedure, transport, status, code, param, message, duration_ms } = request;
  const fields = formatFields({
    request: id,
    time: at,
    procedure: `${procedure} over ${transport === 'rest' ? 'REST' : 'tRPC'}`,
    status: `${status}, ${duration_ms} ms`,
    key: `${request.key_prefix}…`,
    job: request.generation_id,
    parameter: param,
    message,
  });
  if (code === null) return `${fields}\n\n${status < 400 ? 'The request succeeded.' : 'The request failed.'}`;
  return `${fields}\n\n${explainCode({ ...request, code }, baseUrl)}`;
}
