import { limits } from '@restage/contract';

/** How webhooks are sent. */
export interface WebhookSettings {
  /** The delay before each attempt; its length is the number of attempts. */
  readonly delaysMs: readonly number[];
  /** The maximum random change of a delay, as a fraction of it: 0…1. */
  readonly jitter: number;
  /** The time in which the receiver must respond. */
  readonly timeoutMs: number;
  /** The maximum `retry-after` of a receiver that is obeyed. */
  readonly maxRetryAfterMs: number;
  /** How long after `timeoutMs` an unrecorded attempt counts as lost, with its worker. */
  readonly lostAfterMs: number;
  /** How often overdue deliveries are queued again. */
  readonly requeueIntervalMs: number;
  /** How long a delivery must be overdue before it is queued again. */
  readonly overdueAfterMs: number;
  /** The maximum concurrent attempts of a process, and of one account in a process. */
  readonly workers: number;
  readonly workersPerAccount: number;
  /** How long a replaced secret continues to sign by default. */
  readonly secretOverlapMs: number;
}

/** The values of the contract, and defaults for what it leaves open. */
export const defaultWebhookSettings: WebhookSettings = {
  delaysMs: limits.webhookDelaySeconds.map((seconds) => seconds * 1000),
  jitter: 0.2,
  timeoutMs: limits.webhookTimeoutSeconds * 1000,
  maxRetryAfterMs: 3_600_000,
  lostAfterMs: 5000,
  requeueIntervalMs: 10_000,
  overdueAfterMs: 5000,
  workers: 10,
  workersPerAccount: 2,
  secretOverlapMs: 24 * 3_600_000,
};
