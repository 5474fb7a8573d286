import type { InstrumentName, Labels } from './instruments.ts';

/** Metrics and traces, for operators. */
export interface Telemetry {
  /** Adds to a counter. */
  count<Name extends InstrumentName<'counter'>>(name: Name, amount: number, labels: Labels<Name>): void;
  /** Adds a duration to a histogram, in seconds. */
  record<Name extends InstrumentName<'histogram'>>(name: Name, seconds: number, labels: Labels<Name>): void;
  /** Whether traces are recorded. If not, no trace context is accepted or passed on. */
  readonly isTracing: boolean;
  /** Starts a span, which the caller ends; undefined unless traces are recorded. */
  startSpan(options: SpanOptions): Span | undefined;
}

/** Attributes of a span. Unlike the labels of metrics, they may name a job. */
type SpanAttributes = Readonly<Record<string, string | number>>;

/** What a span is started with. */
export interface SpanOptions {
  /** Low in cardinality: an operation, without ids. */
  readonly name: string;
  readonly kind: 'server' | 'consumer' | 'client' | 'internal';
  readonly attributes?: SpanAttributes | undefined;
  /** The trace context of the parent; without a valid one, the span begins a trace. */
  readonly parent?: string | undefined;
}

/** An operation that is being traced. */
export interface Span {
  /** The trace context of what happens inside the span, as a W3C `traceparent` header. */
  readonly traceparent: string;
  setAttributes(attributes: SpanAttributes): void;
  /**
   * Records how the operation failed.
   * @param type an error code, or the class of an exception
   * @param isFault whether the operation itself is at fault, not whoever asked for it
   */
  fail(type: string, isFault: boolean): void;
  end(): void;
}

/** The part of a context that traces need. */
export interface TraceContext {
  readonly telemetry: Telemetry;
  /** The span that work belongs to, as a W3C `traceparent`; absent unless traces are recorded. */
  readonly traceparent?: string | undefined;
}

/** Records nothing. */
export const noTelemetry: Telemetry = {
  count() {},
  record() {},
  isTracing: false,
  startSpan: () => undefined,
};
