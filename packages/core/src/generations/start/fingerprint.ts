import { createHash } from 'node:crypto';
import type { VerbInput } from '@restage/contract';
import type { LargeStrings } from '../../context.ts';

/** Fields that say nothing about the job. */
const ignored = new Set(['idempotency_key']);

/**
 * A digest of each field of a request. Two requests are the same when their digests are; IDEMPOTENCY_KEY_REUSED names
 * the fields that differ. A large string has the same digest as if it were a string.
 */
export function computeFingerprint(
  input: VerbInput<'generations.start'>,
  largeStrings: LargeStrings,
): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    if (ignored.has(name) || value === undefined) continue;
    const largeString = typeof value === 'string' ? largeStrings.get(value) : undefined;
    const hash = createHash('sha256');
    if (largeString) hash.update('"').update(largeString).update('"');
    else hash.update(JSON.stringify(value));
    digests[name] = hash.digest('base64url').slice(0, 22);
  }
  return digests;
}

/** The names of the fields in which two requests differ, sorted. */
export function findDifferences(a: Record<string, string>, b: Record<string, string>): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => a[name] !== b[name]).sort();
}
