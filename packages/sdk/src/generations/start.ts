import { attachIdempotencyKey } from '../errors/client-error.ts';
import type { GenerationsStartInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { err } from '../result.ts';
import type { Caller } from '../transport/caller.ts';

/**
 * Starts a job. The idempotency key is created once, before any retry, so that retries never start or charge a second job.
 * Errors carry the key.
 */
export async function startGeneration(
  call: Caller,
  input: GenerationsStartInput,
  options?: CallOptions<'generations.start'>,
) {
  const idempotency_key = input.idempotency_key ?? createIdempotencyKey();
  const started = await call('generations.start', { ...input, idempotency_key }, options);
  return started.ok ? started : err(attachIdempotencyKey(started.error, idempotency_key));
}

/** Creates a key of 128 random bits. Browsers have `crypto.randomUUID` only on https pages. */
function createIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `sdk_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
