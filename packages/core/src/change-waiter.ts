import type { JobNotifications } from './changes.ts';

/** The longest wait for a notification, in case one was lost. */
const maxWaitMs = 5000;

/** Waits for changes of one job, for a client. No change after its creation is missed. */
export interface ChangeWaiter {
  /** Resolves when the job may have changed since the last call, at the latest after `timeoutMs` or five seconds. */
  nextChange(timeoutMs: number): Promise<void>;
  /** Whether to wait no more: the client is gone, or this process is about to stop. */
  readonly isDone: boolean;
  close(): void;
}

/**
 * Creates a {@link ChangeWaiter}. Create it before the first read of the job.
 * @param signal aborted when the client is gone
 */
export function createChangeWaiter(
  notifications: JobNotifications,
  generationId: string,
  signal: AbortSignal | undefined,
): ChangeWaiter {
  let isChanged = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    isChanged = true;
    wake?.();
  };
  const unsubscribe = notifications.subscribe(generationId, notify);
  signal?.addEventListener('abort', notify);
  const shouldEnd = () => notifications.draining || signal?.aborted === true;
  return {
    get isDone() {
      return shouldEnd();
    },
    async nextChange(timeoutMs) {
      if (!isChanged && timeoutMs > 0 && !shouldEnd()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, Math.min(timeoutMs, maxWaitMs));
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      isChanged = false;
    },
    close() {
      unsubscribe();
      signal?.removeEventListener('abort', notify);
    },
  };
}
