import { mkdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Restage, type WebhookEvent } from '@restage/sdk';
import type { Inbox } from './inbox.ts';

// Downloads need no API key: the URLs in an event are signed.
const restage = new Restage();

/** Saves the render of a completed job, and logs failed jobs. Idempotent. */
async function handleEvent(event: WebhookEvent, directory: string): Promise<void> {
  if (event.status !== 'completed') {
    console.log(`job ${event.id} ${event.status}: ${event.error ?? 'no reason was given'}`);
    return;
  }
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${event.id}${extname(new URL(event.output.render).pathname)}`);
  await restage.outputs(event).render.save(path);
  console.log(`saved ${path}`);
}

/**
 * Returns a function that handles all pending events, one after the other. It can be called at any time. If an event can't
 * be handled, it stays in the inbox, and is retried with the next call or after a restart.
 */
export function createHandler(inbox: Inbox, directory: string): () => void {
  const handlePending = async () => {
    for (const { webhookId, event } of inbox.listPending()) {
      try {
        await handleEvent(event, directory);
        inbox.markHandled(webhookId);
      } catch (error) {
        console.error(`could not handle ${webhookId}:`, error);
      }
    }
  };
  let running = Promise.resolve();
  return () => {
    running = running.then(handlePending);
  };
}
