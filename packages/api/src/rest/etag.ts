import { hash } from 'node:crypto';

const dayMilliseconds = 86_400_000;

/**
 * A weak validator (RFC 9110) of an output without its `volatile` fields, which are fresh on every call. Of those
 * only the day counts, so that nobody keeps signed URLs until they no longer work.
 * @param text the output as JSON
 */
export function entityTag(output: object, text: string, volatile: readonly string[], now: number): string {
  // What holds nothing volatile stands for itself, and need not be written a second time.
  if (volatile.every((field) => Reflect.get(output, field) === null)) return tagOf(text);
  const lasting = Object.entries(output).filter(([field]) => !volatile.includes(field));
  return tagOf(JSON.stringify([lasting, Math.floor(now / dayMilliseconds)]));
}

function tagOf(text: string): string {
  return `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
}
