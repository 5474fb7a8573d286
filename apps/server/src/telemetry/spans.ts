import {
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { Span, SpanOptions } from '@restage/core';

const kinds = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const satisfies Record<SpanOptions['kind'], SpanKind>;

/** Creates the function that starts spans. Their parents are named, not taken from what is active. */
export function createSpanStarter(tracer: Tracer): (options: SpanOptions) => Span {
  return ({ name, kind, attributes = {}, parent }) => {
    const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, toContext(parent));
    return {
      traceparent: formatTraceparent(span.spanContext()),
      setAttributes: (more) => void span.setAttributes(more),
      fail(type, isFault) {
        span.setAttribute('error.type', type);
        if (isFault) span.setStatus({ code: SpanStatusCode.ERROR, message: type });
      },
      end: () => span.end(),
    };
  };
}

/** A context whose span is the parent; an empty one for a header that is missing or not valid. */
function toContext(traceparent: string | undefined) {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (!parent || !isSpanContextValid(parent)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

/** The header of W3C Trace Context, version 00. */
function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
