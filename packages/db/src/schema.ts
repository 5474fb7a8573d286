import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });
const createdAt = () => moment('created_at').notNull().defaultNow();

/**
 * The accounts. `balance`, `in_flight` and the period's usage duplicate sums of the ledger and the jobs, so that one
 * conditional UPDATE can accept or refuse a start; `reconcile` checks that they agree. All amounts are whole credits.
 */
export const accounts = pgTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    billingType: text('billing_type', { enum: ['prepaid'] })
      .notNull()
      .default('prepaid'),
    balance: integer('balance').notNull().default(0),
    spendingLimit: integer('spending_limit'),
    inFlight: integer('in_flight').notNull().default(0),
    /** First day of the calendar month (UTC) that `period_usage` counts. */
    period: date('period', { mode: 'string' }).notNull(),
    periodUsage: integer('period_usage').notNull().default(0),
    /** Limits of this account; null is the server's default. */
    writeRpm: integer('write_rpm'),
    readRpm: integer('read_rpm'),
    concurrency: integer('concurrency'),
    /** Signs webhooks: `whsec_` and base64. Null until the first webhook. */
    webhookSecret: text('webhook_secret'),
    /** The secret before the last rotation, which also signs until `previous_webhook_secret_until`. */
    previousWebhookSecret: text('previous_webhook_secret'),
    previousWebhookSecretUntil: moment('previous_webhook_secret_until'),
    createdAt: createdAt(),
  },
  (table) => [
    check('accounts_balance_covers', sql`${table.balance} >= 0`),
    check('accounts_in_flight_counts', sql`${table.inFlight} >= 0`),
    check('accounts_usage_counts', sql`${table.periodUsage} >= 0`),
  ],
);

/** API keys, by hash: the key itself is shown once and never stored. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** SHA-256 of the whole key, in hex. */
    hash: text('hash').notNull(),
    /** The first characters of the key, enough to recognise it by. */
    prefix: text('prefix').notNull(),
    name: text('name').notNull(),
    mode: text('mode', { enum: ['live', 'test'] }).notNull(),
    createdAt: createdAt(),
    lastUsedAt: moment('last_used_at'),
    expiresAt: moment('expires_at'),
    revokedAt: moment('revoked_at'),
  },
  (table) => [uniqueIndex('api_keys_hash').on(table.hash), index('api_keys_account').on(table.accountId)],
);

/** Uploads: created by `uploads.create`, filled by a PUT, used by jobs. */
export const uploads = pgTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    filename: text('filename').notNull(),
    /** How many PUTs have begun. Each stores its bytes under a key of its own. */
    attempts: integer('attempts').notNull().default(0),
    /** Null until the bytes are received. */
    bytes: bigint('bytes', { mode: 'number' }),
    receivedAt: moment('received_at'),
    /** The PUT whose bytes the upload has; null until then, and for bytes that came before this column. */
    receivedAttempt: integer('received_attempt'),
    /** When a job last used the upload; after the first use, its bytes can't be replaced. */
    usedAt: moment('used_at'),
    createdAt: createdAt(),
  },
  (table) => [index('uploads_account').on(table.accountId)],
);

/** Where an input is: bytes in the blob store, or a URL to fetch. */
export type StoredInput =
  | { readonly kind: 'blob'; readonly key: string }
  | { readonly kind: 'https'; readonly url: string };

/** The inputs of a job, for its worker. */
export interface StoredInputs {
  readonly source: StoredInput;
  readonly alpha?: StoredInput;
  readonly reference?: StoredInput;
}

/** The blob keys of a job's outputs. */
export interface StoredOutputs {
  readonly render: string;
  readonly source: string;
  readonly alpha: string;
}

/** A phrase of a prompt, and its effect. */
export interface Understood {
  readonly phrase: string;
  readonly effect: string;
}

const jobStatus = ['in_queue', 'processing', 'completed', 'failed', 'cancelled'] as const;

/** The jobs. The id sorts by time and is the page cursor. */
export const generations = pgTable(
  'generations',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    status: text('status', { enum: jobStatus }).notNull().default('in_queue'),
    progress: integer('progress').notNull().default(0),
    generationType: text('generation_type', { enum: ['image', 'video'] }).notNull(),
    alphaMode: text('alpha_mode', { enum: ['auto', 'fill', 'custom', 'select'] }).notNull(),
    /** The frame that the given matte belongs to; null unless the mode is `select`. */
    alphaKeyframeIndex: integer('alpha_keyframe_index'),
    maxResolution: integer('max_resolution').$type<720 | 1080>().notNull(),
    prompt: text('prompt'),
    seed: bigint('seed', { mode: 'number' }).notNull(),
    inputs: jsonb('inputs').$type<StoredInputs>().notNull(),
    outputs: jsonb('outputs').$type<StoredOutputs>(),
    /** Width, height and frames of the source, as probed when the job was started. */
    width: integer('width').notNull(),
    height: integer('height').notNull(),
    frames: integer('frames').notNull(),
    /** Credits charged; 0 in test mode. */
    cost: integer('cost').notNull(),
    testMode: boolean('test_mode').notNull().default(false),
    callbackUrl: text('callback_url'),
    idempotencyKey: text('idempotency_key'),
    /** A digest of each field of the request, to distinguish a replay from a reuse of its key. */
    fingerprint: jsonb('fingerprint').$type<Record<string, string>>().notNull(),
    /** How many workers have claimed the job so far; only the latest may complete it. */
    attempt: integer('attempt').notNull().default(0),
    error: text('error'),
    createdAt: createdAt(),
    modifiedAt: moment('modified_at').notNull().defaultNow(),
    completedAt: moment('completed_at'),
    /** What a test-mode job simulates instead of a successful render; see `x-restage-simulate`. */
    simulate: text('simulate', { enum: ['stall', 'job-failed', 'webhook-failed'] }),
    /** What the engine understood of the prompt; null until the job has completed. */
    understood: jsonb('understood').$type<readonly Understood[]>(),
    /** When a job's files were swept; its signed URLs then say so. */
    sweptAt: moment('swept_at'),
  },
  (table) => [
    uniqueIndex('generations_idempotency').on(table.accountId, table.idempotencyKey),
    index('generations_page').on(table.accountId, table.id.desc()),
    // The jobs that `usage_hours` does not count yet.
    index('generations_active')
      .on(table.accountId, table.createdAt)
      .where(sql`${table.status} in ('in_queue', 'processing')`),
    // What the sweep of outputs has yet to look at.
    index('generations_unswept').on(table.completedAt).where(sql`${table.sweptAt} is null`),
  ],
);

/**
 * The append-only ledger: a trigger refuses UPDATE and DELETE. Charges are negative, refunds positive; a grant can be
 * either, because it may correct another. A job has at most one charge and one refund.
 */
export const creditEntries = pgTable(
  'credit_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    generationId: text('generation_id').references(() => generations.id),
    kind: text('kind', { enum: ['grant', 'charge', 'refund'] }).notNull(),
    credits: integer('credits').notNull(),
    /** Which meter of the billing page the entry counts on; null for grants. */
    meter: text('meter', {
      enum: ['api_video_1080p', 'api_video_720p', 'api_image_1080p', 'api_image_720p'],
    }),
    note: text('note'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('credit_entries_once').on(table.generationId, table.kind),
    index('credit_entries_account').on(table.accountId, table.createdAt),
    index('credit_entries_page').on(table.accountId, table.id),
    check(
      'credit_entries_sign',
      sql`${table.kind} = 'grant' or (${table.kind} = 'charge') = (${table.credits} < 0)`,
    ),
    check('credit_entries_job', sql`(${table.kind} = 'grant') = (${table.generationId} is null)`),
  ],
);

/**
 * The jobs that have ended, summed up by the hour (UTC) in which they were created and by meter, so that usage over time is read
 * from few rows. Triggers on `generations` count a job in the transaction that ends it, whichever version of the program runs
 * it; `reconcile` checks the sums.
 */
export const usageHours = pgTable(
  'usage_hours',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** The hour's first instant. */
    hour: moment('hour').notNull(),
    /** As in the ledger. */
    meter: text('meter').notNull(),
    completed: integer('completed').notNull(),
    failed: integer('failed').notNull(),
    cancelled: integer('cancelled').notNull(),
    /** What the completed jobs cost; the others were refunded. */
    credits: bigint('credits', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.hour, table.meter] })],
);

/** The status and progress events of jobs, in order. Event streams resume from here. */
export const generationEvents = pgTable(
  'generation_events',
  {
    /** Increases with every event of the installation; the `last-event-id` of a stream. */
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    generationId: text('generation_id')
      .notNull()
      .references(() => generations.id, { onDelete: 'cascade' }),
    status: text('status', { enum: jobStatus }).notNull(),
    progress: integer('progress').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('generation_events_job').on(table.generationId, table.id)],
);

/** Webhook deliveries: one for each finished job with a callback URL, and test sends. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** The `webhook-id`, the same on every attempt. */
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** Null for a test send. */
    generationId: text('generation_id').references(() => generations.id),
    url: text('url').notNull(),
    status: text('status', { enum: ['pending', 'delivered', 'failed'] })
      .notNull()
      .default('pending'),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    createdAt: createdAt(),
    /** When the next attempt is due; null once the delivery has ended. */
    nextAttemptAt: moment('next_attempt_at'),
    endedAt: moment('ended_at'),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_job').on(table.generationId),
    index('webhook_deliveries_account').on(table.accountId, table.createdAt),
    index('webhook_deliveries_page').on(table.accountId, table.id),
    index('webhook_deliveries_due').on(table.nextAttemptAt).where(sql`${table.status} = 'pending'`),
  ],
);

/** The log of attempts at deliveries. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    startedAt: moment('started_at').notNull(),
    milliseconds: integer('milliseconds').notNull(),
    /** The HTTP status; null without a response. */
    httpStatus: integer('http_status'),
    error: text('error'),
  },
  (table) => [index('webhook_attempts_delivery').on(table.deliveryId, table.attempt)],
);

/** The moments of an account's writes in the last minute, newest last: an exact sliding window. */
export const rateWindows = pgTable('rate_windows', {
  accountId: text('account_id')
    .primaryKey()
    .references(() => accounts.id),
  /** Unix milliseconds. */
  moments: bigint('moments', { mode: 'number' }).array().notNull(),
});

/**
 * The writes and the failed calls of accounts, kept for a while. No foreign keys: rows are written in batches and in a hurry, and
 * one that could not be written would take its batch with it.
 */
export const requestLog = pgTable(
  'request_log',
  {
    /** Rises with time; the page cursor. */
    sequence: bigint('sequence', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** The `x-request-id` of the response. The calls of one tRPC batch share it. */
    id: text('id').notNull(),
    accountId: text('account_id').notNull(),
    at: moment('at').notNull(),
    procedure: text('procedure').notNull(),
    transport: text('transport', { enum: ['rest', 'trpc'] }).notNull(),
    status: integer('status').notNull(),
    code: text('code'),
    param: text('param'),
    message: text('message'),
    durationMs: integer('duration_ms').notNull(),
    keyPrefix: text('key_prefix').notNull(),
    generationId: text('generation_id'),
  },
  (table) => [
    index('request_log_page').on(table.accountId, table.sequence),
    index('request_log_code').on(table.accountId, table.code, table.sequence),
    index('request_log_id').on(table.id),
    index('request_log_at').on(table.at),
  ],
);

/** Sessions of the console, each bound to the key it was opened with. */
export const consoleSessions = pgTable(
  'console_sessions',
  {
    /** SHA-256 of the cookie's token, in hex. */
    hash: text('hash').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
    createdAt: createdAt(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('console_sessions_expiry').on(table.expiresAt)],
);

/** Tickets that open a session, once. */
export const consoleTickets = pgTable(
  'console_tickets',
  {
    /** SHA-256 of the ticket, in hex. */
    hash: text('hash').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
    createdAt: createdAt(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('console_tickets_expiry').on(table.expiresAt)],
);
