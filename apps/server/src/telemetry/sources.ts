import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Context, readBacklog } from '@restage/core';
import type { PoolUsage } from '@restage/db';
import type { Source } from './telemetry.ts';

/** What a process reports of itself and of the installation. */
export function createSources(
  { db, now, requests }: Pick<Context, 'db' | 'now' | 'requests'>,
  pools: Readonly<Record<string, PoolUsage>>,
): Source[] {
  return [
    (observe) => observe('restage.request_log.dropped', requests.dropped, {}),
    createEventLoopSource(),
    createPoolSource(pools),
    async (observe) => {
      const backlog = await readBacklog({ db, now });
      observe('restage.jobs.active', backlog.inQueue, { 'restage.job.status': 'in_queue' });
      observe('restage.jobs.active', backlog.processing, { 'restage.job.status': 'processing' });
      observe('restage.jobs.oldest_waiting.age', backlog.oldestWaitingAge, {});
      observe('restage.webhooks.pending', backlog.pendingWebhooks, {});
      observe('restage.webhooks.oldest_pending.age', backlog.oldestPendingAge, {});
    },
  ];
}

function createPoolSource(pools: Readonly<Record<string, PoolUsage>>): Source {
  return (observe) => {
    for (const [name, { max, used, waiting }] of Object.entries(pools)) {
      const pool = { 'db.client.connection.pool.name': name };
      observe('db.client.connection.count', used, { ...pool, 'db.client.connection.state': 'used' });
      observe('db.client.connection.limit', max, pool);
      observe('db.client.connection.pending_requests', waiting, pool);
    }
  };
}

function createEventLoopSource(): Source {
  const delays = monitorEventLoopDelay();
  delays.enable();
  return (observe) => {
    // Node's figures are in nanoseconds.
    observe('nodejs.eventloop.delay.p50', delays.percentile(50) / 1e9, {});
    observe('nodejs.eventloop.delay.p99', delays.percentile(99) / 1e9, {});
    observe('nodejs.eventloop.delay.max', delays.max / 1e9, {});
    delays.reset();
  };
}
