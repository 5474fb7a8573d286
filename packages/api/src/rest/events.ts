import { limits } from '@restage/contract';
import type { StreamEvent } from '../stream-event.ts';

export interface EventStreamOptions {
  /** What the events are called. */
  readonly name: string;
  /** Told of a fault in mid-stream, after which the stream breaks off, so that the client comes back. */
  readonly onFault: (fault: unknown) => void;
  /** Called when the reader goes away. */
  readonly onCancel: () => void;
}

/** Server-sent events: each with its id, and a comment when nothing has happened for a while. */
export function eventStream(
  events: AsyncIterable<StreamEvent<unknown>>,
  { name, onFault, onCancel }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<StreamEvent<unknown>>> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        next ??= iterator.next();
        const silence = Promise.withResolvers<'silence'>();
        const timer = setTimeout(() => silence.resolve('silence'), limits.keepAliveSeconds * 1000);
        try {
          const come = await Promise.race([next, silence.promise]);
          if (come === 'silence') return controller.enqueue(encoder.encode(':\n\n'));
          next = undefined;
          if (come.done) return controller.close();
          const { id, data } = come.value;
          controller.enqueue(encoder.encode(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
        } catch (fault) {
          onFault(fault);
          controller.error(fault);
        } finally {
          clearTimeout(timer);
        }
      },
      async cancel() {
        onCancel();
        await iterator.return?.();
      },
    },
    // Nothing is begun before somebody reads: the answer to a HEAD is never read.
    { highWaterMark: 0 },
  );
}
