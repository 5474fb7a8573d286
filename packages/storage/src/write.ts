import { fail, isFailure } from '@restage/errors';
import type { BlobStore } from './blob-store.ts';

/** A store's `write`: stages the bytes and commits them. */
export function createWrite(stage: BlobStore['stage']): BlobStore['write'] {
  return async (key, bytes, options) => {
    const staged = await stage(key, bytes, options);
    if (isFailure(staged)) return staged;
    try {
      options.signal?.throwIfAborted();
      await staged.commit();
      return { size: staged.size };
    } finally {
      await staged.discard();
    }
  };
}

/** The failure of a stream that is longer than it may be. */
export function tooLarge(maxBytes: number) {
  return fail('PAYLOAD_TOO_LARGE', `The body has more than ${maxBytes} bytes.`);
}

/** Waits until every promise has settled, then throws the first rejection in the list, if any. */
export async function settleAll(promises: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
