import { type OperatorContext, reconcile } from '@restage/core';
import type { Connection } from '@restage/db';
import type { Client, ClientLog } from '../client/client.ts';
import type { ReceivedWebhook } from '../receiver.ts';
import type { DatabaseSnapshot, JobRow } from './snapshot.ts';
import { findEarlyAttempts, findMisdeliveredWebhooks } from './webhooks.ts';

/** An invariant, named by what violates it, and its violations. */
export interface Check {
  readonly name: string;
  readonly violations: readonly string[];
}

/** Everything that is compared. */
export interface Observations {
  readonly sql: Connection['sql'];
  readonly ctx: OperatorContext;
  readonly snapshot: DatabaseSnapshot;
  readonly client: Client;
  readonly received: readonly ReceivedWebhook[];
  /** With the credits that each was given. */
  readonly accounts: readonly { readonly id: string; readonly credits: number }[];
  readonly delaysMs: readonly number[];
}

/** Compares what the database holds with what the client and the webhook receiver recorded. */
export async function checkInvariants(observations: Observations): Promise<Check[]> {
  const { sql, ctx, snapshot, client, received, accounts, delaysMs } = observations;
  const { jobs, openTasks } = snapshot;
  const [earlyAttempts, findings] = await Promise.all([findEarlyAttempts(sql, delaysMs), reconcile(ctx)]);
  const logs = [...client.logs.values()];
  const jobsById = new Map(jobs.map((job) => [job.id, job]));
  return [
    { name: 'lost jobs', violations: findLostJobs(logs, jobsById) },
    { name: 'unknown jobs', violations: findUnknownJobs(client, jobsById, received) },
    {
      name: 'duplicate jobs',
      violations: logs
        .filter(({ jobs }) => jobs.size > 1)
        .map(({ order, jobs }) => `${order.key}: ${[...jobs].join(', ')}`),
    },
    { name: 'double charges', violations: snapshot.doubleCharges },
    { name: 'double refunds', violations: snapshot.doubleRefunds },
    {
      name: 'stuck jobs',
      violations: [
        ...jobs.filter(({ status }) => !isFinal(status)).map(({ id, status }) => `${id} is ${status}`),
        ...openTasks.map(({ name, state, count }) => `${count} tasks of queue ${name} are ${state}`),
      ],
    },
    {
      name: 'wrong outputs',
      violations: logs.flatMap(({ wrongOutput }) => (wrongOutput === undefined ? [] : [wrongOutput])),
    },
    { name: 'hung requests', violations: client.hungRequests },
    { name: 'changed outcomes', violations: findChangedOutcomes(logs, jobsById) },
    {
      name: 'wrong balances',
      violations: accounts.flatMap(({ id, credits }) => {
        const spent = jobs
          .filter(({ accountId, status }) => accountId === id && status === 'completed')
          .reduce((sum, { cost }) => sum + cost, 0);
        const balance = snapshot.balances.get(id);
        return balance === credits - spent ? [] : [`${id} has ${balance}, expected ${credits - spent}`];
      }),
    },
    {
      name: 'findings of reconcile',
      violations: findings.map(({ check, generationId, message }) => `${check} ${generationId}: ${message}`),
    },
    {
      name: 'misdelivered webhooks',
      violations: findMisdeliveredWebhooks(client, snapshot, received, delaysMs),
    },
    { name: 'early webhook attempts', violations: earlyAttempts },
    {
      name: 'invalid webhook signatures',
      violations: received
        .filter(({ isSignatureValid }) => !isSignatureValid)
        .map(({ deliveryId }) => deliveryId),
    },
  ];
}

const isFinal = (status: string) => status !== 'in_queue' && status !== 'processing';

/** Finds jobs that the client received but the database lacks, and orders whose outcome the client never learned. */
function findLostJobs(logs: readonly ClientLog[], jobsById: ReadonlyMap<string, JobRow>): string[] {
  return logs.flatMap(({ order, jobs, errorCodes }) => {
    if (jobs.size === 0) return errorCodes.size > 0 ? [] : [`${order.key} was never answered`];
    return [...jobs]
      .filter((id) => !jobsById.has(id))
      .map((id) => `${order.key}: ${id} is not in the database`);
  });
}

/** Finds jobs that the client never received, though it has repeated every order until it was answered. */
function findUnknownJobs(
  client: Client,
  jobsById: ReadonlyMap<string, JobRow>,
  received: readonly ReceivedWebhook[],
): string[] {
  return [
    ...[...jobsById.values()]
      .filter(({ id, key }) => key === null || !client.logs.get(key)?.jobs.has(id))
      .map(({ id, key, status }) => `${id} of ${key} is ${status}, but the client never received it`),
    ...received
      .filter(({ jobId }) => !jobsById.has(jobId))
      .map(({ jobId }) => `a webhook reported ${jobId}, which does not exist`),
  ];
}

/** Finds jobs whose final status changed after the client saw it. */
function findChangedOutcomes(logs: readonly ClientLog[], jobsById: ReadonlyMap<string, JobRow>): string[] {
  return logs.flatMap(({ order, jobs, finalStatuses, isReopened }) => {
    const [id = ''] = jobs;
    const seen = [...finalStatuses];
    const status = jobsById.get(id)?.status ?? 'missing';
    return isReopened || seen.some((finalStatus) => finalStatus !== status)
      ? [`the client saw ${order.key} as ${seen.join(' and ')}, but it is ${status}`]
      : [];
  });
}
