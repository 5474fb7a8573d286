import { parseArgs } from 'node:util';
import { defaultWebhookSettings, type WebhookSettings } from '@restage/core';
import type { Scale } from './orders.ts';

/** What the command line asks for. */
export interface RunOptions {
  readonly short: boolean;
  /** Each program on a host of its own, with S3 and PgBouncer. */
  readonly hosts: boolean;
  /** Keeps the directory with the logs of every process. */
  readonly keep: boolean;
  readonly scale: Scale;
  /** The webhook settings that differ from the product's: those of the short run are faster. */
  readonly webhooks: Partial<WebhookSettings>;
  /** How long after each attempt a webhook is tried again. */
  readonly delaysMs: readonly number[];
}

/** Reads the arguments of this process. */
export function readOptions(): RunOptions {
  const { values: args } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      hosts: { type: 'boolean', default: false },
      jobs: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const { short, hosts, keep } = args;
  const webhooks: Partial<WebhookSettings> = short
    ? {
        delaysMs: [0, 250, 500, 1000, 2000],
        timeoutMs: 3000,
        lostAfterMs: 500,
        overdueAfterMs: 500,
        requeueIntervalMs: 1000,
      }
    : {};
  return {
    short,
    hosts,
    keep,
    scale: {
      seed: Number(args.seed ?? Date.now() % 1_000_000),
      jobs: Number(args.jobs ?? (short ? 150 : 2000)),
      // Hosts have more faults, and those of S3 last longer.
      durationMs: Number(args.seconds ?? (short ? 12 : hosts ? 240 : 180)) * 1000,
      accounts: short ? 6 : 20,
      workerKillers: short ? 0 : 3,
      hasHangingEndpoints: !short,
    },
    webhooks,
    delaysMs: { ...defaultWebhookSettings, ...webhooks }.delaysMs,
  };
}
