import type { Output } from '../wire.ts';

/** What a webhook says of a job that has ended. `status` says which of these it is. */
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

/** Reads the body of a webhook whose signature has been checked; undefined where it is none of ours. */
export function readWebhookEvent(body: string): WebhookEvent | undefined {
  const value: unknown = JSON.parse(body);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('id' in value && typeof value.id === 'string' && 'status' in value)) return undefined;
  const complete = value.status === 'completed' && 'output' in value && value.output !== null;
  const ended = value.status === 'failed' || value.status === 'cancelled';
  return complete || ended ? (value as WebhookEvent) : undefined;
}
