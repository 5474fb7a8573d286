import { useSyncExternalStore } from 'react';

/** Whether the server can be reached. */
export interface Connection {
  /** Called when a call got no answer. Asks the server from then on whether it is back, until it is. */
  reportLost(): void;
  isLost(): boolean;
  subscribe(listener: () => void): () => void;
}

interface ConnectionOptions {
  /** Asks the server whether it is there. Rejects, or gives false, if it isn't. */
  readonly ask: () => Promise<boolean>;
  readonly onRestored: () => void;
  readonly setTimer?: (run: () => void, delayMs: number) => void;
}

const firstDelayMs = 500;
const maxDelayMs = 4_000;

/** Creates what remembers whether the server can be reached. It asks with growing delays, of at most 4 s. */
export function createConnection({ ask, onRestored, setTimer = setTimeout }: ConnectionOptions): Connection {
  let isLost = false;
  const listeners = new Set<() => void>();
  const setLost = (lost: boolean) => {
    isLost = lost;
    for (const listener of listeners) listener();
  };
  const poll = async (delayMs: number) => {
    const isThere = await ask().catch(() => false);
    if (!isThere) {
      setTimer(() => void poll(Math.min(delayMs * 1.5, maxDelayMs)), delayMs);
      return;
    }
    setLost(false);
    onRestored();
  };
  return {
    reportLost() {
      if (isLost) return;
      setLost(true);
      setTimer(() => void poll(firstDelayMs), firstDelayMs);
    },
    isLost: () => isLost,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether the server can't be reached right now. */
export function useIsLost(connection: Connection): boolean {
  return useSyncExternalStore(connection.subscribe, connection.isLost);
}
