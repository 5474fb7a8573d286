import { type Database, requestLog } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Log } from '../log.ts';

/** A call, as the log keeps it. */
export type RequestRow = Omit<typeof requestLog.$inferInsert, 'sequence'>;

/** Rows that wait to be written; what comes while so many wait is dropped. About 400 bytes each. */
const maxWaitingRows = 10_000;
/** Rows of one statement. */
const maxBatchRows = 500;
/** How long a row waits for others to be written with. */
const batchDelayMs = 250;
/** How often a warning about dropped rows is logged, at most. */
const warningIntervalMs = 60_000;

/**
 * Writes the request log in batches, off the path of requests: a database that is slow or gone costs rows, never answers.
 * One statement is on its way at a time, so that a stuck one holds one connection and no more.
 */
export class RequestLog {
  readonly #db: Database;
  readonly #log: Log;
  #waiting: RequestRow[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(db: Database, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  /** How many rows were not written since the process began. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a row, and returns at once. */
  add(row: RequestRow): void {
    if (this.#waiting.length >= maxWaitingRows) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(row);
    if (this.#writing === undefined) this.#timer ??= setTimeout(() => this.#write(), batchDelayMs).unref();
  }

  /** Writes what waits, and resolves once it is written or dropped. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#waiting.length > 0) {
      this.#write();
      await this.#writing;
    }
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== undefined || this.#waiting.length === 0) return;
    const batch = this.#waiting.slice(0, maxBatchRows);
    this.#waiting = this.#waiting.slice(maxBatchRows);
    this.#writing = this.#insert(batch).finally(() => {
      this.#writing = undefined;
      this.#write();
    });
  }

  async #insert(batch: RequestRow[]): Promise<void> {
    try {
      await this.#db.execute(insertRowsSql(batch));
    } catch (error) {
      this.#drop(batch.length, error);
    }
  }

  #drop(rows: number, error?: unknown): void {
    this.#dropped += rows;
    const now = performance.now();
    if (now - this.#warnedAt < warningIntervalMs) return;
    this.#warnedAt = now;
    this.#log.warn({ err: error, dropped: this.#dropped }, 'request_log_rows_dropped');
  }
}

/** One parameter for all rows: one for each of their values takes six times as long to send, which is what the log costs. */
function insertRowsSql(rows: readonly RequestRow[]): SQL {
  return sql`
    insert into ${requestLog} (
      id, account_id, at, procedure, transport, status, code, param, message, duration_ms, key_prefix, generation_id
    )
    select id, "accountId", at, procedure, transport, status, code, param, message, "durationMs", "keyPrefix",
      "generationId"
    from jsonb_to_recordset(${JSON.stringify(rows, toStorable)}::jsonb) as rows (
      id text, "accountId" text, at timestamptz, procedure text, transport text, status integer, code text, param text,
      message text, "durationMs" integer, "keyPrefix" text, "generationId" text
    )`;
}

/** Replaces the characters that PostgreSQL does not store: a row with one would take its batch with it. */
function toStorable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;
}
