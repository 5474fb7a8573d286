import { clientError } from '../errors/client-error.ts';

/**
 * Runs one attempt, which ends when its time is up or the caller's signal aborts, whether or not what runs
 * heeds the signal that it is given.
 * @throws ABORTED, TIMED_OUT, or what the attempt throws
 */
export async function attempt<T>(
  run: (signal: AbortSignal) => Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal?.aborted) throw aborted(signal);
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = () => {};
  const cut = new Promise<never>((_, reject) => {
    const end = (error: Error) => {
      reject(error);
      controller.abort(error);
    };
    abort = () => end(aborted(signal));
    timer = setTimeout(() => end(timedOut(milliseconds)), Math.min(milliseconds, longestTimer));
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([run(controller.signal), cut]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Past this, timers fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The caller ended the call. */
export function aborted(signal: AbortSignal | undefined) {
  return clientError('ABORTED', 'The call was aborted.', { cause: signal?.reason });
}

/** The time is up. */
export function timedOut(milliseconds: number) {
  return clientError('TIMED_OUT', `No answer came within ${Math.round(milliseconds)} ms.`);
}
