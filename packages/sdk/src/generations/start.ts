import type { CallOptions } from '../options.ts';
import type { Caller } from '../transport/transport.ts';
import type { GenerationsStartInput } from '../wire.ts';

/**
 * Starts a job. The idempotency key is made here, once, before any retry: however often the request is sent,
 * there is one job and one charge.
 */
export function startGeneration(call: Caller, input: GenerationsStartInput, options?: CallOptions) {
  const idempotency_key = input.idempotency_key ?? newKey();
  return call('generations.start', { ...input, idempotency_key }, options);
}

/** 128 random bits. Not randomUUID: browsers have that on https pages alone. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `sdk_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
