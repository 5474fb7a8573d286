/** What a metric is, by its OpenTelemetry name. */
interface Instrument {
  readonly kind: 'counter' | 'histogram' | 'gauge' | 'observedCounter';
  /** In UCUM, as OpenTelemetry has it: `s` is seconds. */
  readonly unit: string;
  readonly description: string;
  /** The only labels that a series may have. None names an account or a job. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const jobBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

/**
 * All metrics. Names and labels follow the semantic conventions of OpenTelemetry where these have one. Gauges and observed
 * counters are read when metrics are collected; the others are recorded as things happen.
 */
export const instruments = {
  'rpc.server.call.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of calls of procedures. error.type is the error code of a call that failed.',
    labels: ['rpc.system.name', 'rpc.method', 'error.type'],
    buckets: requestBuckets,
  },
  'restage.job.wait.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time from the start of a job until a worker first claims it.',
    labels: ['restage.job.type'],
    buckets: jobBuckets,
  },
  'restage.job.render.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of renders that were not interrupted. error.type says why one failed.',
    labels: ['restage.job.type', 'restage.job.alpha_mode', 'error.type'],
    buckets: jobBuckets,
  },
  'restage.jobs.ended': {
    kind: 'counter',
    unit: '{job}',
    description: 'Jobs that ended.',
    labels: ['restage.job.type', 'restage.job.status'],
  },
  'restage.credits.charged': {
    kind: 'counter',
    unit: '{credit}',
    description: 'Credits charged for jobs.',
    labels: ['restage.job.type'],
  },
  'restage.credits.refunded': {
    kind: 'counter',
    unit: '{credit}',
    description: 'Credits returned for jobs that failed or were cancelled.',
    labels: ['restage.job.type'],
  },
  'restage.webhook.attempt.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of attempts to deliver webhooks.',
    labels: ['restage.webhook.outcome'],
    buckets: requestBuckets,
  },
  'restage.jobs.active': {
    kind: 'gauge',
    unit: '{job}',
    description: 'Jobs of the whole installation that have not ended.',
    labels: ['restage.job.status'],
  },
  'restage.jobs.oldest_waiting.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest job that no worker has claimed; 0 if none waits.',
    labels: [],
  },
  'restage.webhooks.pending': {
    kind: 'gauge',
    unit: '{webhook}',
    description: 'Webhooks of the whole installation that are neither delivered nor given up.',
    labels: [],
  },
  'restage.webhooks.oldest_pending.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest pending webhook; 0 if none is pending.',
    labels: [],
  },
  'restage.request_log.dropped': {
    kind: 'observedCounter',
    unit: '{row}',
    description: 'Rows of the request log that were not written.',
    labels: [],
  },
  'db.client.connection.count': {
    kind: 'gauge',
    unit: '{connection}',
    description: 'Database connections in use.',
    labels: ['db.client.connection.pool.name', 'db.client.connection.state'],
  },
  'db.client.connection.limit': {
    kind: 'gauge',
    unit: '{connection}',
    description: 'The most connections that a pool opens.',
    labels: ['db.client.connection.pool.name'],
  },
  'db.client.connection.pending_requests': {
    kind: 'gauge',
    unit: '{request}',
    description: 'Statements and transactions that wait for a connection.',
    labels: ['db.client.connection.pool.name'],
  },
  'nodejs.eventloop.delay.p50': {
    kind: 'gauge',
    unit: 's',
    description: 'Median delay of the event loop since the last collection.',
    labels: [],
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    description: '99th percentile of the delay of the event loop since the last collection.',
    labels: [],
  },
  'nodejs.eventloop.delay.max': {
    kind: 'gauge',
    unit: 's',
    description: 'Longest delay of the event loop since the last collection.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Instrument>>;

type Instruments = typeof instruments;

/** The names of the metrics of these kinds. */
export type InstrumentName<Kind extends Instrument['kind'] = Instrument['kind']> = {
  [Name in keyof Instruments]: Instruments[Name]['kind'] extends Kind ? Name : never;
}[keyof Instruments];

/** The labels of a measurement: exactly those of its metric. An undefined one is left out. */
export type Labels<Name extends InstrumentName> = {
  readonly [Label in Instruments[Name]['labels'][number]]: string | undefined;
};
