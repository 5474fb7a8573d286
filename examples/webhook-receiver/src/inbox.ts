import { DatabaseSync } from 'node:sqlite';
import type { WebhookEvent } from '@restage/sdk';

/** An event that has not been handled yet. */
interface PendingEvent {
  readonly webhookId: string;
  readonly event: WebhookEvent;
}

/** A persistent store of events. Its primary key is the webhook id, so that a repeated webhook is ignored. */
export interface Inbox {
  /** Stores an event. @returns false if it already exists */
  add(webhookId: string, event: WebhookEvent): boolean;
  /** Lists the events that have not been handled yet, oldest first. */
  listPending(): PendingEvent[];
  markHandled(webhookId: string): void;
}

/** Opens the inbox in an SQLite file, and creates the file if it is missing. */
export function openInbox(path: string): Inbox {
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE IF NOT EXISTS inbox (
    webhook_id TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    is_handled INTEGER NOT NULL DEFAULT 0
  )`);
  const insert = database.prepare(
    'INSERT INTO inbox (webhook_id, event) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const select = database.prepare('SELECT webhook_id, event FROM inbox WHERE is_handled = 0 ORDER BY rowid');
  const update = database.prepare('UPDATE inbox SET is_handled = 1 WHERE webhook_id = ?');
  return {
    add: (webhookId, event) => insert.run(webhookId, JSON.stringify(event)).changes === 1,
    listPending: () =>
      select.all().map(({ webhook_id, event }) => ({
        webhookId: String(webhook_id),
        event: JSON.parse(String(event)) as WebhookEvent,
      })),
    markHandled: (webhookId) => void update.run(webhookId),
  };
}
