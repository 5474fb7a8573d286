import type { Attributes, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import { type InstrumentName, instruments, type Telemetry } from '@restage/core';
import type { Logger } from 'pino';
import type { Observe, Source } from './telemetry.ts';

/** How long a source may take: a database that hangs must not hide what the process itself knows. */
const sourceTimeoutMs = 2000;

/**
 * Creates every metric of the table.
 * @param sources read at each collection; may grow
 */
export function createMetrics(
  meter: Meter,
  sources: readonly Source[],
  log: Logger,
): Pick<Telemetry, 'count' | 'record'> {
  const counters = new Map<InstrumentName, Counter>();
  const histograms = new Map<InstrumentName, Histogram>();
  const observables = new Map<InstrumentName, Observable>();
  for (const name of Object.keys(instruments) as InstrumentName[]) {
    const instrument = instruments[name];
    const { unit, description } = instrument;
    switch (instrument.kind) {
      case 'counter':
        counters.set(name, meter.createCounter(name, { unit, description }));
        break;
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...instrument.buckets] };
        histograms.set(name, meter.createHistogram(name, { unit, description, advice }));
        break;
      }
      case 'gauge':
        observables.set(name, meter.createObservableGauge(name, { unit, description }));
        break;
      case 'observedCounter':
        observables.set(name, meter.createObservableCounter(name, { unit, description }));
        break;
      default:
        instrument satisfies never;
    }
  }
  meter.addBatchObservableCallback(
    async (result) => {
      const observe: Observe = (name, value, labels) => {
        const observable = observables.get(name);
        if (observable) result.observe(observable, value, toAttributes(labels));
      };
      await Promise.all(sources.map((source) => readSource(source, observe, log)));
    },
    [...observables.values()],
  );
  return {
    count: (name, amount, labels) => counters.get(name)?.add(amount, toAttributes(labels)),
    record: (name, seconds, labels) => histograms.get(name)?.record(seconds, toAttributes(labels)),
  };
}

async function readSource(source: Source, observe: Observe, log: Logger): Promise<void> {
  const timeout = AbortSignal.timeout(sourceTimeoutMs);
  const timedOut = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(timeout.reason), { once: true });
  });
  try {
    await Promise.race([source(observe), timedOut]);
  } catch (error) {
    log.warn({ err: error }, 'metrics_source_failed');
  }
}

/** Without labels that do not apply: an empty one would be a label of its own. */
function toAttributes(labels: Readonly<Record<string, string | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
}
