/** What a toast says. */
export interface ToastMessage {
  readonly title: string;
  readonly description?: string;
  readonly isError?: boolean;
}

type Listener = (message: ToastMessage) => void;

const waiting: ToastMessage[] = [];
let onMessage: Listener | undefined;
let onFirst: (() => void) | undefined;

/** Says for some seconds what has happened. Errors that need an answer belong in the page instead. */
export function showToast(message: ToastMessage): void {
  if (onMessage) {
    onMessage(message);
    return;
  }
  waiting.push(message);
  onFirst?.();
}

/** Whether there has been a toast, so that what shows them must be loaded. For `useSyncExternalStore`. */
export const toastDemand = {
  subscribe(listener: () => void): () => void {
    onFirst = listener;
    return () => {
      onFirst = undefined;
    };
  },
  hasAny: () => waiting.length > 0 || onMessage !== undefined,
};

/** Gives each message to a listener, first those that waited for it. @returns what ends that */
export function receiveToasts(listener: Listener): () => void {
  onMessage = listener;
  for (const message of waiting.splice(0)) listener(message);
  return () => {
    onMessage = undefined;
  };
}
