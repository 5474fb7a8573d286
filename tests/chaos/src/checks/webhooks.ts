import type { Connection } from '@restage/db';
import type { Client } from '../client/client.ts';
import type { Endpoint } from '../orders.ts';
import type { ReceivedWebhook } from '../receiver.ts';
import type { DatabaseSnapshot } from './snapshot.ts';

/** How a delivery to each endpoint must end. */
const expectedStatuses: Readonly<Record<Endpoint, 'delivered' | 'failed'>> = {
  ok: 'delivered',
  flaky: 'delivered',
  resets: 'delivered',
  slow: 'delivered',
  gone: 'failed',
  dead: 'failed',
  hangs: 'failed',
};

/**
 * Finds webhooks that report a wrong status, are missing or unrequested, or ended otherwise than their endpoint and the
 * schedule imply.
 */
export function findMisdeliveredWebhooks(
  client: Client,
  { jobs, deliveries }: DatabaseSnapshot,
  received: readonly ReceivedWebhook[],
  delaysMs: readonly number[],
): string[] {
  const deliveryByJob = new Map(deliveries.map((delivery) => [delivery.jobId, delivery]));
  const accepted = new Set(
    received.filter(({ isAccepted }) => isAccepted).map(({ deliveryId }) => deliveryId),
  );
  const statuses = new Map(jobs.map(({ id, status }) => [id, status]));
  return [
    ...received
      .filter(({ jobId, status }) => statuses.get(jobId) !== status)
      .map(
        ({ jobId, status }) =>
          `a webhook reported ${jobId} as ${status}, but the job is ${statuses.get(jobId)}`,
      ),
    ...jobs.flatMap(({ id, key, hasCallback }) => {
      const endpoint = client.logs.get(key ?? '')?.order.endpoint;
      const delivery = deliveryByJob.get(id);
      if (!hasCallback || endpoint === undefined) return delivery ? [`${id} has an unrequested webhook`] : [];
      if (!delivery) return [`${id} has no webhook`];
      const { status, attempts } = delivery;
      const report = (detail: string) => [`the webhook of ${id} to "${endpoint}" is ${status} ${detail}`];
      if (status !== expectedStatuses[endpoint]) return report(`after ${attempts} attempts`);
      if (status === 'delivered' && !accepted.has(delivery.id))
        return report('but the receiver never accepted it');
      if (status === 'failed' && endpoint !== 'gone' && attempts !== delaysMs.length) {
        return report(`after ${attempts} of ${delaysMs.length} attempts`);
      }
      return [];
    }),
  ];
}

/** Finds attempts that followed the previous one sooner than the schedule and its jitter allow. */
export async function findEarlyAttempts(
  sql: Connection['sql'],
  delaysMs: readonly number[],
): Promise<string[]> {
  const rows = await sql<{ deliveryId: string; attempt: number; waitedMs: number }[]>`
    select b.delivery_id as "deliveryId", b.attempt::int,
           extract(epoch from b.started_at - a.started_at)::float * 1000 - a.milliseconds as "waitedMs"
    from webhook_attempts a
    join webhook_attempts b on b.delivery_id = a.delivery_id and b.attempt = a.attempt + 1`;
  return rows
    .filter(({ attempt, waitedMs }) => waitedMs < 0.8 * (delaysMs[attempt - 1] ?? 0) - 1)
    .map(
      ({ deliveryId, attempt, waitedMs }) =>
        `attempt ${attempt} of ${deliveryId} was made after ${waitedMs} ms`,
    );
}
