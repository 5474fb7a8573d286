import { createHash } from 'node:crypto';
import type { VerbInput } from '@restage/contract';
import type { LargeStrings } from '../../context.ts';

/** Fields that say how to ask and not what for. */
const apart = new Set(['idempotency_key']);

/**
 * A digest of each field that was accepted. Two requests are the same when their digests are; the names of
 * those that differ go into the message of IDEMPOTENCY_KEY_REUSED. An attachment has the digest of its text.
 */
export function fingerprint(
  input: VerbInput<'generations.start'>,
  largeStrings: LargeStrings,
): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    if (apart.has(name) || value === undefined) continue;
    const attached = typeof value === 'string' ? largeStrings.get(value) : undefined;
    const hash = createHash('sha256');
    if (attached) hash.update('"').update(attached).update('"');
    else hash.update(JSON.stringify(value));
    digests[name] = hash.digest('base64url').slice(0, 22);
  }
  return digests;
}

/** The names of the fields in which two requests differ, sorted. */
export function differences(a: Record<string, string>, b: Record<string, string>): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => a[name] !== b[name]).sort();
}
