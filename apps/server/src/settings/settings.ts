import { homedir } from 'node:os';
import { failWith } from '@restage/errors';
import * as z from 'zod';
import type { StartupFailure } from '../startup/failure.ts';
import { createS3Settings } from './s3.ts';

/** The text of a whole number within bounds. */
const wholeNumber = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback)
    .meta({ accepts: `a whole number from ${min} to ${max}` });

/** The text of a URL of this form, as the URL standard writes it. */
const webUrl = (form: RegExp) => z.string().trim().regex(form).refine(URL.canParse).transform(normalizeUrl);

/** A URL as browsers write it: host in lower case and ASCII, no default port, no slash at the end. */
function normalizeUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

/** Scheme, host and port, and at most one slash behind. */
const origin = webUrl(/^https?:\/\/[^\s/\\?#@*%]+\/?$/i);
/** An origin and a path. */
const baseUrl = webUrl(/^https?:\/\/[^\s/\\?#@*%]+(\/[^\s\\?#]*)?$/i);

/** Every setting, by its environment variable: what it accepts, its default, and its purpose. */
export const settingsSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('The address to listen on'),
  PORT: wholeNumber(0, 65_535, 8787).describe('The port to listen on; 0 for any that is free'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional()
    .meta({ accepts: 'a postgres:// URL', defaultText: 'the embedded PostgreSQL' })
    .describe('Your own PostgreSQL, version 14 or later'),
  DATABASE_DIRECT_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional()
    .meta({ accepts: 'a postgres:// URL', defaultText: 'DATABASE_URL' })
    .describe('The same PostgreSQL without the pooler that DATABASE_URL goes through'),
  RESTAGE_DATA_DIR: z
    .string()
    .min(1)
    .default('./.restage')
    .describe('Where this process keeps files: blobs, unless they are in S3, and the embedded database'),
  ...createS3Settings(baseUrl),
  RESTAGE_PUBLIC_URL: baseUrl
    .optional()
    .meta({
      accepts: 'an http:// or https:// URL without user name, password, query and fragment',
      defaultText: 'http://HOST:PORT',
    })
    .describe('The base of signed URLs and of links to the docs'),
  RESTAGE_SECRET: z
    .string()
    .min(16)
    .optional()
    .meta({
      accepts: 'at least 16 characters',
      defaultText: 'created at the first start, kept in the data directory',
    })
    .describe('Signs URLs; the same for all processes of one installation'),
  RESTAGE_WRITE_RPM: wholeNumber(1, 100_000, 60).describe(
    'Writes per minute, for accounts without a limit of their own',
  ),
  RESTAGE_READ_RPM: wholeNumber(1, 100_000, 600).describe(
    'Reads per minute, for accounts without a limit of their own',
  ),
  RESTAGE_CONCURRENCY: wholeNumber(1, 10_000, 10).describe(
    'Jobs in flight, for accounts without a limit of their own',
  ),
  RESTAGE_FIRST_CREDITS: wholeNumber(0, 1_000_000_000, 1000).describe('Credits of the first account'),
  RESTAGE_CREDIT_USD: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/)
    .transform(Number)
    .default(0.01)
    .meta({ accepts: 'dollars, as in 0.01' })
    .describe('What a credit is worth, in dollars'),
  RESTAGE_MAX_BODY_MB: wholeNumber(1, 1024, 72).describe('The largest JSON body, in MB'),
  RESTAGE_MAX_UPLOAD_MB: wholeNumber(1, 102_400, 512).describe('The largest upload, in MB'),
  RESTAGE_KEEP_OUTPUTS_HOURS: wholeNumber(0, 1_000_000, 168).describe(
    "Hours that a job's outputs are kept after it ends; 0 keeps them for ever",
  ),
  RESTAGE_KEEP_UPLOADS_HOURS: wholeNumber(0, 1_000_000, 72).describe(
    'Hours that an upload is kept after its last use; 0 keeps it for ever',
  ),
  RESTAGE_KEEP_REQUESTS_HOURS: wholeNumber(0, 1_000_000, 168).describe(
    'Hours to keep the request log; 0 for ever',
  ),
  RESTAGE_WORKERS: wholeNumber(1, 64, 1).describe('Jobs rendered at once'),
  RESTAGE_JOB_MEMORY_MB: wholeNumber(256, 1_048_576, 2048).describe('Memory that one render may use, in MB'),
  RESTAGE_MATTE_MODEL: z
    .string()
    .min(1)
    .optional()
    .meta({ accepts: 'the path of an ONNX file', defaultText: 'none' })
    .describe('A network that finds the subject for alpha mode auto; wins over "models use"'),
  RESTAGE_MATTE_INPUT: z
    .enum(['unit', 'centred', 'signed', 'imagenet'])
    .default('unit')
    .meta({ accepts: 'unit, centred, signed or imagenet' })
    .describe("How that network's input is normalised"),
  RESTAGE_MATTE_OUTPUT: z
    .enum(['alpha', 'logits', 'range'])
    .default('alpha')
    .meta({ accepts: 'alpha, logits or range' })
    .describe('What that network outputs'),
  RESTAGE_ALLOW_PRIVATE_NETWORK: z
    .enum(['0', '1'])
    .default('0')
    .transform((value) => value === '1')
    .meta({ accepts: '0 or 1' })
    .describe('Development only: accept http and private addresses for sources and callbacks'),
  RESTAGE_CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').filter((each) => each.trim() !== ''))
    .pipe(z.array(origin))
    .default([])
    .meta({
      accepts:
        'origins separated by commas, as in https://app.example:8443: http:// or https://, a host, at most a port, and no *',
      defaultText: 'none',
    })
    .describe('Origins whose web pages may call this server'),
  RESTAGE_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/)
    .optional()
    .meta({ accepts: 'at least 16 characters without spaces', defaultText: 'no metrics' })
    .describe('Serves /metrics to callers with this bearer token'),
  OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl
    .optional()
    .meta({
      accepts: 'an http:// or https:// URL without user name, password, query and fragment',
      defaultText: 'none',
    })
    .describe('An OTLP/HTTP collector that gets metrics and traces'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/)
    .transform(Number)
    .default(1)
    .meta({ accepts: 'a number from 0 to 1' })
    .describe('The share of traces to record'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ accepts: 'trace, debug, info, warn, error, fatal or silent' })
    .describe('The lowest level that is logged'),
});

/** The settings, parsed. */
export type ServerSettings = z.output<typeof settingsSchema>;

/** Reads the settings from environment variables; an empty variable counts as absent. */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): ServerSettings | StartupFailure {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settingsSchema.safeParse(set);
  if (parsed.success) {
    const { DATABASE_URL, DATABASE_DIRECT_URL } = parsed.data;
    if (DATABASE_DIRECT_URL !== undefined && DATABASE_URL === undefined) {
      return failWith('INVALID_SETTING', 'DATABASE_DIRECT_URL needs DATABASE_URL, which is not set.');
    }
    const unused = Object.keys(set).find((name) => name.startsWith('RESTAGE_S3_'));
    if (unused !== undefined && parsed.data.RESTAGE_S3_BUCKET === undefined) {
      return failWith('INVALID_SETTING', `${unused} needs RESTAGE_S3_BUCKET, which is not set.`);
    }
    return expandHome(parsed.data);
  }
  const name = String(parsed.error.issues[0]?.path[0]);
  const field = settingsSchema.shape[name as keyof typeof settingsSchema.shape];
  // A secret and a database's password must not reach a log, so what was received is not repeated.
  return failWith('INVALID_SETTING', `${name} must be ${field.meta()?.accepts ?? 'some text'}.`);
}

function expandHome(settings: ServerSettings): ServerSettings {
  const expand = (path: string) => path.replace(/^~(?=\/|$)/, homedir());
  return {
    ...settings,
    RESTAGE_DATA_DIR: expand(settings.RESTAGE_DATA_DIR),
    RESTAGE_MATTE_MODEL: settings.RESTAGE_MATTE_MODEL && expand(settings.RESTAGE_MATTE_MODEL),
  };
}

/** The settings as a table for `restage-server help settings`. */
export function settingsHelp(): string {
  const defaults: Record<string, unknown> = settingsSchema.parse({});
  const rows = Object.entries(settingsSchema.shape).map(([name, field]) => {
    const defaultText =
      field.meta()?.defaultText ?? (typeof defaults[name] === 'boolean' ? 0 : defaults[name]);
    return [name, String(defaultText), field.description ?? ''] as const;
  });
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, defaultText, about]) => `${name.padEnd(width)}  ${about} [${defaultText}]`)
    .join('\n');
}
