/**
 * Yields the chunks of a source until a signal aborts; it then throws the signal's reason at once, even while it waits
 * for a chunk. Calls the source's `return` if it stops before the source ends.
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
  let hasEnded = false;
  try {
    while (true) {
      signal.throwIfAborted();
      // One promise per chunk: a shared one would collect a reaction with every race.
      const aborted = new Promise<never>((_, reject) => {
        interrupt = reject;
      });
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) {
        hasEnded = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is stuck in next() resolves return() only after next().
    if (!hasEnded) iterator.return?.().catch(() => {});
  }
}
