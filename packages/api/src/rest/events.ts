import { limits } from '@restage/contract';
import type { StreamEvent } from '../stream-event.ts';

/** Options of {@link createEventStream}. */
export interface EventStreamOptions {
  /** The name of the events. */
  readonly name: string;
  /** Called if an error ends the stream early. The client then reconnects. */
  readonly onError: (error: unknown) => void;
  /** Called if the client disconnects. */
  readonly onCancel: () => void;
}

/** Creates a stream of server-sent events, each with its id. Sends a comment if no event occurs for a while. */
export function createEventStream(
  events: AsyncIterable<StreamEvent<unknown>>,
  { name, onError, onCancel }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<StreamEvent<unknown>>> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        next ??= iterator.next();
        const keepAlive = Promise.withResolvers<'keep-alive'>();
        const timer = setTimeout(() => keepAlive.resolve('keep-alive'), limits.keepAliveSeconds * 1000);
        try {
          const result = await Promise.race([next, keepAlive.promise]);
          if (result === 'keep-alive') return controller.enqueue(encoder.encode(':\n\n'));
          next = undefined;
          if (result.done) return controller.close();
          const { id, data } = result.value;
          controller.enqueue(encoder.encode(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
        } catch (error) {
          onError(error);
          controller.error(error);
        } finally {
          clearTimeout(timer);
        }
      },
      async cancel() {
        onCancel();
        await iterator.return?.();
      },
    },
    // Without a buffer, nothing runs until the client reads: the body of a HEAD response is never read.
    { highWaterMark: 0 },
  );
}
