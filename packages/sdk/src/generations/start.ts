import { withKey } from '../errors/client-error.ts';
import type { CallOptions } from '../options.ts';
import { err } from '../result.ts';
import type { Caller } from '../transport/transport.ts';
import type { GenerationsStartInput } from '../wire.ts';

/**
 * Starts a job. The idempotency key is made here, once, before any retry: however often the request is sent,
 * there is one job and one charge. Its errors carry the key.
 */
export async function startGeneration(
  call: Caller,
  input: GenerationsStartInput,
  options?: CallOptions<'generations.start'>,
) {
  const idempotency_key = input.idempotency_key ?? newKey();
  const started = await call('generations.start', { ...input, idempotency_key }, options);
  return started.ok ? started : err(withKey(started.error, idempotency_key));
}

/** 128 random bits. Not randomUUID: browsers have that on https pages alone. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `sdk_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
