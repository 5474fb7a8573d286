import type { LoggedRequest } from '@restage/contract';
import type { requestLog } from '@restage/db';
import { isErrorCode } from '@restage/errors';

/** What a client sees of a logged call. */
export function toLoggedRequest(row: typeof requestLog.$inferSelect): LoggedRequest {
  return {
    id: row.id,
    at: row.at.toISOString(),
    procedure: row.procedure,
    transport: row.transport,
    status: row.status,
    // A row that a newer version wrote may have a code that this one does not know.
    code: isErrorCode(row.code) ? row.code : null,
    param: row.param,
    message: row.message,
    duration_ms: row.durationMs,
    key_prefix: row.keyPrefix,
    generation_id: row.generationId,
  };
}
