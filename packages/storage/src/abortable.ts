/**
 * The same chunks, ended by a signal: while a chunk is waited for, an abort throws the signal's reason at once.
 * The source is told to stop whenever this ends before it.
 */
export async function* abortable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let interrupt: (reason: unknown) => void = () => {};
  const onAbort = () => interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    while (true) {
      signal.throwIfAborted();
      // A promise for each chunk: one for all would collect a reaction with every race.
      const aborted = new Promise<never>((_, reject) => {
        interrupt = reject;
      });
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is stuck in next() answers return() only when that ends.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
