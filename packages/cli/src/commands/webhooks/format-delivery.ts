import { toSingleLine } from '@restage/cli-kit';
import type { Delivery, DeliveryDetails } from '@restage/sdk';
import { type Columns, formatColumns, formatFields } from '../list.ts';

/** A delivery in a few lines. */
export function formatDelivery(delivery: Delivery): string {
  const { id, generation_id, url, status, attempts, last_error, next_attempt_at, created_at } = delivery;
  return formatFields({
    delivery: id,
    job: generation_id ?? 'none, this is a test event',
    url,
    status: `${status}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    'last error': last_error,
    'next attempt': next_attempt_at,
    created: created_at,
  });
}

/** A delivery with its attempts and its body, which is shown as it was sent but for line breaks. */
export function formatDeliveryDetails(delivery: DeliveryDetails): string {
  const { attempt_log, payload } = delivery;
  const body = JSON.stringify(payload, null, 2).split('\n').map(toSingleLine).join('\n');
  return [
    formatDelivery(delivery),
    attempt_log.length > 0 ? formatColumns(attempt_log, attemptColumns) : 'No attempt yet.',
    body,
  ].join('\n\n');
}

const attemptColumns: Columns<DeliveryDetails['attempt_log'][number]> = {
  ATTEMPT: ({ at }) => at,
  DURATION: ({ duration_ms }) => `${duration_ms} ms`,
  STATUS: ({ status }) => status,
  ERROR: ({ error }) => error,
};
