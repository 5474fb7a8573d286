import { limits } from '@restage/contract';

/** How webhooks are sent. Times are in milliseconds. */
export interface WebhookSettings {
  /** The wait before each attempt; there are as many attempts as waits. */
  readonly delays: readonly number[];
  /** By which part of itself a wait is made longer or shorter, at random: 0…1. */
  readonly jitter: number;
  /** In which the receiver must have answered. */
  readonly timeout: number;
  /** The longest that a receiver's `retry-after` is obeyed. */
  readonly retryAfterAtMost: number;
  /** How long after `timeout` an attempt that was not recorded counts as lost, with its worker. */
  readonly lostAfter: number;
  /** How often deliveries are looked for that are overdue and have no queue entry. */
  readonly sweepEvery: number;
  /** How long a delivery must be overdue for that. */
  readonly overdueAfter: number;
  /** Attempts made at once by one process, and how many of them for one account. */
  readonly workers: number;
  readonly workersPerAccount: number;
  /** How long a secret that was replaced goes on signing, unless said otherwise. */
  readonly secretOverlap: number;
}

/** What the contract says, and what serves where it says nothing. */
export const defaultWebhooks: WebhookSettings = {
  delays: limits.webhookDelaySeconds.map((seconds) => seconds * 1000),
  jitter: 0.2,
  timeout: limits.webhookTimeoutSeconds * 1000,
  retryAfterAtMost: 3_600_000,
  lostAfter: 5000,
  sweepEvery: 10_000,
  overdueAfter: 5000,
  workers: 10,
  workersPerAccount: 2,
  secretOverlap: 24 * 3_600_000,
};
