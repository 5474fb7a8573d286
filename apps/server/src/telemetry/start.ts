import type { Logger } from 'pino';
import type { Role } from '../roles.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { type TelemetryService, telemetryOff } from './telemetry.ts';

/** Starts what the settings ask for. Without a token or an endpoint, no library is loaded and nothing is recorded. */
export async function startTelemetry(
  settings: ServerSettings,
  role: Role,
  log: Logger,
): Promise<TelemetryService> {
  const { RESTAGE_METRICS_TOKEN: token, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = settings;
  if (token === undefined && endpoint === undefined) return telemetryOff;
  const { openTelemetry } = await import('./open-telemetry.ts');
  return openTelemetry({ endpoint, sampleRatio: settings.OTEL_TRACES_SAMPLER_ARG, role, log });
}
