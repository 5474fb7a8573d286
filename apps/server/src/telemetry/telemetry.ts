import { type InstrumentName, type Labels, noTelemetry, type Telemetry } from '@restage/core';

/** Reports the present value of a metric that is read when metrics are collected. */
export type Observe = <Name extends InstrumentName<'gauge' | 'observedCounter'>>(
  name: Name,
  value: number,
  labels: Labels<Name>,
) => void;

/** Reports some metrics. One that fails reports none of them, and does not keep others from reporting. */
export type Source = (observe: Observe) => void | Promise<void>;

/** Metrics and traces of a process. */
export interface TelemetryService {
  /** What verbs see of it. */
  readonly telemetry: Telemetry;
  /** Adds sources, which are read at each collection. They are created only if there is a collection. */
  addSources(create: () => readonly Source[]): void;
  /** Collects all metrics, in the text format of Prometheus. */
  readMetrics(): Promise<string>;
  /** Sends what has not been sent yet, if that is possible within seconds. */
  close(): Promise<void>;
}

/** Records nothing. */
export const telemetryOff: TelemetryService = {
  telemetry: noTelemetry,
  addSources() {},
  readMetrics: async () => '',
  close: async () => {},
};
