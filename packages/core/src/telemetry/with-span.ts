import { catalog, isFailure } from '@restage/errors';
import type { Span, SpanOptions, TraceContext } from './telemetry.ts';

/**
 * Runs `body` in a span, as a child of the context's own. A failure that it returns, and what it throws, are recorded.
 * @param body gets a context that belongs to the span, and the span, if traces are recorded
 */
export async function withSpan<Ctx extends TraceContext, Result>(
  ctx: Ctx,
  options: Omit<SpanOptions, 'parent'>,
  body: (ctx: Ctx, span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const span = ctx.telemetry.startSpan({ ...options, parent: ctx.traceparent });
  if (!span) return body(ctx, undefined);
  try {
    const result = await body({ ...ctx, traceparent: span.traceparent }, span);
    if (isFailure(result)) span.fail(result.code, options.kind !== 'server' || isServerError(result.code));
    return result;
  } catch (error) {
    span.fail(error instanceof Error ? error.name : typeof error, true);
    throw error;
  } finally {
    span.end();
  }
}

/** Whether a code says that the server is at fault, not the caller. */
function isServerError(code: string): boolean {
  return !(code in catalog) || catalog[code as keyof typeof catalog].status >= 500;
}
