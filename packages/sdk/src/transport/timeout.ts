import { clientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { type Err, err, type Outcome, ok } from '../result.ts';

type CutShort = Err<RestageError<'ABORTED'> | RestageError<'TIMED_OUT'>>;

/**
 * Runs one attempt, which ends when its time is up or the caller's signal aborts, whether or not what runs
 * heeds the signal that it is given.
 * @returns what the attempt gives, or ABORTED or TIMED_OUT
 */
export async function attempt<R>(
  run: (signal: AbortSignal) => Promise<R>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<R | CutShort> {
  if (signal?.aborted) return err(aborted(signal));
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = () => {};
  const cut = new Promise<CutShort>((resolve) => {
    const end = (outcome: CutShort) => {
      resolve(outcome);
      controller.abort(outcome.error);
    };
    abort = () => end(err(aborted(signal)));
    timer = setTimeout(() => end(err(timedOut(milliseconds))), Math.min(milliseconds, longestTimer));
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

/**
 * Waits for `milliseconds`.
 * @returns nothing; ABORTED, at once, when the signal aborts
 */
export function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Outcome<void, RestageError<'ABORTED'>>> {
  return new Promise((resolve) => {
    const abort = () => {
      clearTimeout(timer);
      resolve(err(aborted(signal)));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(ok(undefined));
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The caller ended the call. */
function aborted(signal: AbortSignal | undefined) {
  return clientError('ABORTED', 'The call was aborted.', { cause: signal?.reason });
}

/** The time is up. */
export function timedOut(milliseconds: number) {
  return clientError('TIMED_OUT', `No answer came within ${Math.round(milliseconds)} ms.`);
}
