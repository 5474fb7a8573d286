import { createClientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { type Err, err, type Outcome, ok } from '../result.ts';

type Interrupted = Err<RestageError<'ABORTED'> | RestageError<'TIMED_OUT'>>;

/**
 * Runs an operation until it finishes, times out or the caller's signal aborts, even if the operation ignores the signal
 * that it is given.
 * @returns the operation's outcome, ABORTED or TIMED_OUT
 */
export async function withTimeout<R>(
  run: (signal: AbortSignal) => Promise<R>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<R | Interrupted> {
  if (signal?.aborted) return err(createAbortedError(signal));
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  const interrupted = new Promise<Interrupted>((resolve) => {
    const interrupt = (outcome: Interrupted) => {
      resolve(outcome);
      controller.abort(outcome.error);
    };
    onAbort = () => interrupt(err(createAbortedError(signal)));
    timer = setTimeout(() => interrupt(err(createTimeoutError(timeoutMs))), Math.min(timeoutMs, maxTimerMs));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([run(controller.signal), interrupted]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A longer delay makes `setTimeout` fire immediately. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Waits.
 * @returns nothing; ABORTED as soon as the signal aborts
 */
export function sleep(
  durationMs: number,
  signal: AbortSignal | undefined,
): Promise<Outcome<void, RestageError<'ABORTED'>>> {
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve(err(createAbortedError(signal)));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(ok(undefined));
    }, durationMs);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function createAbortedError(signal: AbortSignal | undefined) {
  return createClientError('ABORTED', 'The call was aborted.', { cause: signal?.reason });
}

export function createTimeoutError(timeoutMs: number) {
  return createClientError('TIMED_OUT', `No response arrived within ${Math.round(timeoutMs)} ms.`);
}
