import type { Check } from './checks/invariants.ts';
import type { Recovery, RecoveryDuringFaults } from './checks/recovery.ts';
import type { DatabaseSnapshot } from './checks/snapshot.ts';
import type { Client } from './client/client.ts';
import type { ReceivedWebhook } from './receiver.ts';

/** What a run recorded. */
export interface RunRecord {
  readonly faultCounts: ReadonlyMap<string, number>;
  readonly client: Client;
  readonly snapshot: DatabaseSnapshot;
  readonly received: readonly ReceivedWebhook[];
  /** Recoveries after kills with no other fault (with `--short`: with few others). */
  readonly recoveries: readonly Recovery[];
  /** The fastest first. */
  readonly recoveriesDuringFaults: readonly RecoveryDuringFaults[];
  readonly maxRecoveryMs: number;
  readonly blobs: { readonly keptCount: number; readonly supersededCount: number };
}

export const formatSeconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Prints how much the run exercised. */
export function printFigures(record: RunRecord): void {
  const {
    faultCounts,
    client,
    snapshot,
    received,
    recoveries,
    recoveriesDuringFaults,
    maxRecoveryMs,
    blobs,
  } = record;
  const { jobs, deliveries } = snapshot;
  const logs = [...client.logs.values()];
  const countJobs = (status: string) => jobs.filter((job) => job.status === status).length;
  const countDeliveries = (status: string) =>
    deliveries.filter((delivery) => delivery.status === status).length;
  const slowest = Math.max(0, ...recoveries.map(({ durationMs }) => durationMs ?? Number.POSITIVE_INFINITY));
  const median = recoveriesDuringFaults[Math.floor(recoveriesDuringFaults.length / 2)]?.durationMs ?? 0;
  const figures: Record<string, string> = {
    faults: [...faultCounts].map(([fault, count]) => `${count} × ${fault}`).join(', '),
    orders: `${logs.length}, ${logs.filter(({ jobs }) => jobs.size === 0).length} rejected for lack of credits`,
    requests: `${client.countRequests()}, ${logs.reduce((sum, { unansweredCount }) => sum + unansweredCount, 0)} job submissions unanswered or failed with a retryable error`,
    jobs: `${jobs.length}: ${countJobs('completed')} completed, ${countJobs('failed')} failed, ${countJobs('cancelled')} cancelled`,
    uploads: `${logs.filter(({ upload }) => upload?.isReceived).length}, ${logs.filter(({ order }) => order.sourceKind === 'large-upload').length} of them in several parts`,
    files: `${blobs.keptCount} after cleanup, ${blobs.supersededCount} of them of superseded attempts`,
    'claimed more than once': `${jobs.filter(({ attempt }) => attempt > 1).length} jobs`,
    webhooks: `${deliveries.length}: ${countDeliveries('delivered')} delivered, ${countDeliveries('failed')} failed after their last attempt; ${received.length} requests received`,
    'recovery after a kill': `${recoveries.length} jobs, slowest ${formatSeconds(slowest)} (limit ${formatSeconds(maxRecoveryMs)})`,
    'recovery during other faults': `${recoveriesDuringFaults.length} jobs, median ${formatSeconds(median)}, slowest ${formatSeconds(recoveriesDuringFaults.at(-1)?.durationMs ?? 0)}`,
  };
  for (const [name, figure] of Object.entries(figures)) process.stdout.write(`${name}: ${figure}\n`);
}

/** Prints each check and its first violations. @returns how many checks failed */
export function printChecks(checks: readonly Check[]): number {
  for (const { name, violations } of checks) {
    process.stdout.write(`${name}: ${violations.length}\n`);
    for (const violation of violations.slice(0, 10)) process.stdout.write(`  ${violation}\n`);
  }
  return checks.filter(({ violations }) => violations.length > 0).length;
}
