import type { OperatorContext } from '../../packages/core/src/context.ts';
import { reconcile } from '../../packages/core/src/index.ts';
import type { Connection } from '../../packages/db/src/index.ts';
import type { Client, Story } from './client.ts';
import type { Endpoint } from './orders.ts';
import type { Arrival } from './receiver.ts';

/** One thing that must hold, and where it doesn't. */
interface Check {
  readonly name: string;
  readonly violations: readonly string[];
}

/** What the database says in the end. */
export interface Books {
  readonly jobs: readonly JobRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly checks: readonly Check[];
}

interface JobRow {
  readonly id: string;
  readonly accountId: string;
  readonly key: string | null;
  readonly status: string;
  readonly cost: number;
  readonly attempt: number;
  readonly callback: boolean;
}

interface DeliveryRow {
  readonly id: string;
  readonly job: string;
  readonly status: string;
  readonly attempts: number;
}

/** All that the verdict is passed on. */
export interface Evidence {
  readonly sql: Connection['sql'];
  readonly ctx: OperatorContext;
  readonly client: Client;
  readonly arrivals: readonly Arrival[];
  readonly accounts: readonly { readonly id: string; readonly credits: number }[];
  readonly delays: readonly number[];
}

/**
 * The queue's entries that somebody still has to work on. An attempt at a webhook whose worker was killed is made again
 * under an entry of its own; the old one lies there until it lapses.
 */
export function openTasks(sql: Connection['sql']) {
  return sql`
    select name, state from queue.job
    where state in ('created', 'retry', 'active') and not (
      name = 'webhook' and state = 'active' and not exists (
        select from webhook_deliveries d where d.id = data->>'deliveryId' and d.status = 'pending'))`;
}

/** Holds what the database says against what the client knows and what has arrived. */
export async function passVerdict(evidence: Evidence): Promise<Books> {
  const { sql, ctx, client, arrivals, accounts, delays } = evidence;
  const jobs = await sql<JobRow[]>`
    select id, account_id as "accountId", idempotency_key as key, status, cost, attempt,
           callback_url is not null as callback
    from generations`;
  const deliveries = await sql<DeliveryRow[]>`
    select id, generation_id as job, status, attempts from webhook_deliveries`;
  const twice = (kind: string) => sql<{ job: string }[]>`
    select generation_id as job from credit_entries where kind = ${kind} group by 1 having count(*) > 1`;
  const [charges, refunds, tasks, early, findings] = await Promise.all([
    twice('charge'),
    twice('refund'),
    sql<{ name: string; state: string; tasks: number }[]>`
      select name, state::text, count(*)::int as tasks from (${openTasks(sql)}) open group by 1, 2`,
    earlyAttempts(sql, delays),
    reconcile(ctx),
  ]);
  const books = await sql<{ id: string; balance: number }[]>`select id, balance from accounts`;
  const stories = [...client.stories.values()];
  const rows = new Map(jobs.map((job) => [job.id, job]));
  return {
    jobs,
    deliveries,
    checks: [
      { name: 'lost', violations: lost(stories, rows) },
      { name: 'ghosts', violations: ghosts(client, jobs, rows, arrivals) },
      { name: 'jobs made twice', violations: stories.filter(({ jobs }) => jobs.size > 1).map(named) },
      { name: 'double charges', violations: charges.map(({ job }) => job) },
      { name: 'double refunds', violations: refunds.map(({ job }) => job) },
      {
        name: 'jobs stuck',
        violations: [
          ...jobs.filter(({ status }) => !hasEnded(status)).map(({ id, status }) => `${id} is ${status}`),
          ...tasks.map(({ name, state, tasks }) => `${tasks} tasks of ${name} are ${state}`),
        ],
      },
      { name: 'endings that changed', violations: changed(stories, rows) },
      {
        name: 'balances off by the client’s own sums',
        violations: accounts.flatMap(({ id, credits }) => {
          const spent = jobs
            .filter(({ accountId, status }) => accountId === id && status === 'completed')
            .reduce((sum, { cost }) => sum + cost, 0);
          const balance = books.find((book) => book.id === id)?.balance;
          return balance === credits - spent ? [] : [`${id} has ${balance}, not ${credits - spent}`];
        }),
      },
      {
        name: 'findings of reconcile',
        violations: findings.map(
          ({ check, generationId, message }) => `${check} ${generationId}: ${message}`,
        ),
      },
      { name: 'webhooks astray', violations: astray(client, jobs, deliveries, arrivals, delays) },
      { name: 'webhooks ahead of their schedule', violations: early },
      {
        name: 'webhooks not genuine',
        violations: arrivals.filter(({ genuine }) => !genuine).map(({ delivery }) => delivery),
      },
    ],
  };
}

const named = ({ order, jobs }: Story) => `${order.key}: ${[...jobs].join(', ')}`;
const hasEnded = (status: string) => status !== 'in_queue' && status !== 'processing';

/** Jobs that the client was given and that aren't there, and orders of which it never learnt what came. */
function lost(stories: readonly Story[], rows: ReadonlyMap<string, JobRow>): string[] {
  return stories.flatMap(({ order, jobs, refusals }) => {
    if (jobs.size === 0) return refusals.size > 0 ? [] : [`${order.key} was never answered`];
    return [...jobs].filter((id) => !rows.has(id)).map((id) => `${order.key}: ${id} is not there`);
  });
}

/** Jobs that the client was never given, after it has asked for every order until it was answered. */
function ghosts(
  client: Client,
  jobs: readonly JobRow[],
  rows: ReadonlyMap<string, JobRow>,
  arrivals: readonly Arrival[],
): string[] {
  return [
    ...jobs
      .filter(({ id, key }) => key === null || !client.stories.get(key)?.jobs.has(id))
      .map(({ id, key, status }) => `${id} of ${key} is ${status}, and nobody was told`),
    ...arrivals.filter(({ job }) => !rows.has(job)).map(({ job }) => `a webhook of ${job}, which is no job`),
  ];
}

/** Jobs that were seen ended one way, and then another way or not at all. */
function changed(stories: readonly Story[], rows: ReadonlyMap<string, JobRow>): string[] {
  return stories.flatMap(({ order, jobs, endings, revived }) => {
    const [id = ''] = jobs;
    const seen = [...endings];
    const now = rows.get(id)?.status ?? 'none';
    return revived || seen.some((ending) => ending !== now)
      ? [`${order.key} was seen ${seen.join(' and ')}, and is ${now}`]
      : [];
  });
}

/** How a delivery to each endpoint has to end. */
const due: Readonly<Record<Endpoint, 'delivered' | 'failed'>> = {
  ok: 'delivered',
  flaky: 'delivered',
  resets: 'delivered',
  slow: 'delivered',
  gone: 'failed',
  dead: 'failed',
  hangs: 'failed',
};

/** Webhooks of ended jobs that were neither delivered nor failed by their schedule, or said what is not so. */
function astray(
  client: Client,
  jobs: readonly JobRow[],
  deliveries: readonly DeliveryRow[],
  arrivals: readonly Arrival[],
  delays: readonly number[],
): string[] {
  const byJob = new Map(deliveries.map((delivery) => [delivery.job, delivery]));
  const taken = new Set(arrivals.filter((arrival) => arrival.taken).map(({ delivery }) => delivery));
  const statuses = new Map(jobs.map(({ id, status }) => [id, status]));
  return [
    ...arrivals
      .filter(({ job, status }) => statuses.get(job) !== status)
      .map(({ job, status }) => `${job} was told to be ${status}, and is ${statuses.get(job)}`),
    ...jobs.flatMap(({ id, key, callback }) => {
      const endpoint = client.stories.get(key ?? '')?.order.endpoint;
      const delivery = byJob.get(id);
      if (!callback || endpoint === undefined) return delivery ? [`${id} has a webhook unasked`] : [];
      if (!delivery) return [`${id} has no webhook`];
      const { status, attempts } = delivery;
      const wrong = (what: string) => [`the webhook of ${id} to "${endpoint}" is ${status}: ${what}`];
      if (status !== due[endpoint]) return wrong(`after ${attempts} attempts`);
      if (status === 'delivered' && !taken.has(delivery.id)) return wrong('and nobody has taken it');
      if (status === 'failed' && endpoint !== 'gone' && attempts !== delays.length) {
        return wrong(`after ${attempts} attempts`);
      }
      return [];
    }),
  ];
}

/** Attempts that were made sooner after the one before than the schedule allows, jitter and all. */
async function earlyAttempts(sql: Connection['sql'], delays: readonly number[]): Promise<string[]> {
  const rows = await sql<{ delivery: string; attempt: number; waited: number }[]>`
    select b.delivery_id as delivery, b.attempt::int,
           extract(epoch from b.started_at - a.started_at)::float * 1000 - a.milliseconds as waited
    from webhook_attempts a
    join webhook_attempts b on b.delivery_id = a.delivery_id and b.attempt = a.attempt + 1`;
  return rows
    .filter(({ attempt, waited }) => waited < 0.8 * (delays[attempt - 1] ?? 0) - 1)
    .map(({ delivery, attempt, waited }) => `attempt ${attempt} of ${delivery} came after ${waited} ms`);
}
