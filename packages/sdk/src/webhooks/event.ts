import type { Output } from '../generated/types.ts';

/** The body of a webhook, sent when a job has ended. `status` discriminates the union. */
export type WebhookEvent =
  | {
      readonly id: string;
      readonly status: 'completed';
      readonly output: Output;
      readonly completed_at: string;
    }
  | {
      readonly id: string;
      readonly status: 'failed' | 'cancelled';
      readonly error: string | null;
      readonly completed_at: string | null;
    };

/** Parses the body of a verified webhook. Returns undefined if it is not a known event. */
export function parseWebhookEvent(body: string): WebhookEvent | undefined {
  const value: unknown = JSON.parse(body);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('id' in value && typeof value.id === 'string' && 'status' in value)) return undefined;
  const hasCompleted = value.status === 'completed' && 'output' in value && value.output !== null;
  const hasFailed = value.status === 'failed' || value.status === 'cancelled';
  return hasCompleted || hasFailed ? (value as WebhookEvent) : undefined;
}
