import { isId, type ProcedureName, procedures } from '@restage/contract';
import { type Account, redactMessage } from '@restage/core';
import { catalog, type Failure, isFailure } from '@restage/errors';
import type { RequestContext } from '../context.ts';

/** What the request log says of a call, as far as it is known yet. */
export interface CallRecord {
  readonly procedure: ProcedureName;
  readonly transport: 'rest' | 'trpc';
  /** Unix milliseconds. */
  readonly at: number;
  /** Milliseconds of the monotonic clock. */
  readonly began: number;
  /** Known once the key has been checked. */
  account?: Account;
  /** Known once what was sent has been checked. */
  input?: unknown;
}

/** Begins the record of a call. */
export function startRecord(
  procedure: ProcedureName,
  ctx: RequestContext,
  transport: 'rest' | 'trpc',
): CallRecord {
  return { procedure, transport, at: ctx.now(), began: performance.now() };
}

/** Records a call that has ended: in the metrics, and in the request log of its account. */
export function finishRecord(record: CallRecord, ctx: RequestContext, result: object | Failure): void {
  const durationMs = performance.now() - record.began;
  ctx.telemetry.record('rpc.server.call.duration', durationMs / 1000, {
    'rpc.system.name': record.transport,
    'rpc.method': record.procedure,
    'error.type': isFailure(result) ? result.code : undefined,
  });
  logRequest(record, ctx, result, durationMs);
}

/**
 * Hands a write, or a call that failed, to the account's request log. Successful reads are not logged, and a call whose account
 * is unknown is the operator's to see: it is in the server's log alone.
 */
function logRequest(
  record: CallRecord,
  ctx: RequestContext,
  result: object | Failure,
  durationMs: number,
): void {
  const { procedure, account } = record;
  const failure = isFailure(result) ? result : undefined;
  if (!account) {
    ctx.log.info({ requestId: ctx.requestId, procedure, code: failure?.code }, 'request_refused');
    return;
  }
  if (!failure && procedures[procedure].kind !== 'mutation') return;
  ctx.requests.add({
    id: ctx.requestId,
    accountId: account.id,
    at: new Date(record.at),
    procedure,
    transport: record.transport,
    status: failure ? catalog[failure.code].status : 200,
    code: failure?.code ?? null,
    param: failure?.param ?? null,
    message: failure ? redactMessage(failure.message) : null,
    durationMs: Math.round(durationMs),
    keyPrefix: account.key.prefix,
    generationId: findGenerationId(failure ? record.input : result, record.input),
  });
}

/** The job that a call is about: the one that it gave, or the one that it was asked for. */
function findGenerationId(...values: readonly unknown[]): string | null {
  for (const value of values) {
    if (typeof value === 'object' && value !== null && 'id' in value && isId('generation', value.id))
      return value.id;
  }
  return null;
}
