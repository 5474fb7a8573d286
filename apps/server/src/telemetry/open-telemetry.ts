import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Role } from '../roles.ts';
import { createMetrics } from './metrics.ts';
import { createSpanStarter } from './spans.ts';
import type { Source, TelemetryService } from './telemetry.ts';

/** The instrumentation scope of all metrics and spans. */
const scope = 'restage';

/** How long a collector that does not respond may delay the end of the process. */
const closeTimeoutMs = 3000;

interface OpenTelemetryOptions {
  /** The base URL of an OTLP/HTTP collector, which gets metrics and traces; undefined for metrics to be read alone. */
  readonly endpoint: string | undefined;
  /** The share of the traces begun here that are recorded, from 0 to 1. */
  readonly sampleRatio: number;
  readonly role: Role;
  readonly log: Logger;
}

/** Starts OpenTelemetry. The only module that loads its SDK, together with those that it alone imports. */
export function openTelemetry({ endpoint, sampleRatio, role, log }: OpenTelemetryOptions): TelemetryService {
  logProblems(log);
  const resource = describeProcess(role);
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const meters = new MeterProvider({
    resource,
    readers:
      endpoint === undefined
        ? [prometheus]
        : [
            prometheus,
            new PeriodicExportingMetricReader({
              exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
            }),
          ],
  });
  const tracers = endpoint === undefined ? undefined : createTracers(resource, endpoint, sampleRatio);
  const sources: Source[] = [];
  const metrics = createMetrics(meters.getMeter(scope), sources, log);
  const startSpan = tracers ? createSpanStarter(tracers.getTracer(scope)) : () => undefined;
  return {
    telemetry: { ...metrics, isTracing: tracers !== undefined, startSpan },
    addSources: (create) => void sources.push(...create()),
    async readMetrics() {
      const { resourceMetrics, errors } = await prometheus.collect();
      for (const error of errors) log.warn({ err: error }, 'metrics_collection_failed');
      return serializer.serialize(resourceMetrics);
    },
    async close() {
      const closed = Promise.allSettled([tracers?.shutdown(), meters.shutdown()]);
      const results = await Promise.race([closed, sleep(closeTimeoutMs, undefined, { ref: false })]);
      if (!results) log.warn({ endpoint }, 'telemetry_flush_timed_out');
      for (const result of results ?? []) {
        if (result.status === 'rejected')
          log.warn({ err: result.reason, endpoint }, 'telemetry_flush_failed');
      }
    },
  };
}

function createTracers(resource: Resource, endpoint: string, sampleRatio: number): TracerProvider {
  return new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) }),
    ],
  });
}

/** What every metric and span says of the process; the operator's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES prevail. */
function describeProcess(role: Role): Resource {
  const own = { 'service.name': 'restage', 'service.instance.id': randomUUID(), 'restage.role': role };
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return resourceFromAttributes(own).merge(detectResources({ detectors }));
}

/** Logs what the libraries report, such as a collector that can't be reached. */
function logProblems(log: Logger): void {
  const warn = (message: string, ...details: unknown[]) =>
    log.warn({ detail: [message, ...details.map(String)].join(' ') }, 'telemetry_warning');
  const ignore = () => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
  setGlobalErrorHandler((error) =>
    log.warn({ err: error instanceof Error ? error : new Error(JSON.stringify(error)) }, 'telemetry_failed'),
  );
}
