import { hash } from 'node:crypto';

const dayMs = 86_400_000;

/**
 * Computes a weak entity tag (RFC 9110) of an output without its `volatile` fields, whose signed URLs differ in every response.
 * The tag includes the day instead, so that clients fetch new URLs before theirs expire.
 * @param text the output as JSON
 */
export function computeEntityTag(
  output: object,
  text: string,
  volatile: readonly string[],
  now: number,
): string {
  // Without volatile values, the text needs no second serialization.
  if (volatile.every((field) => Reflect.get(output, field) === null)) return hashTag(text);
  const stableFields = Object.entries(output).filter(([field]) => !volatile.includes(field));
  return hashTag(JSON.stringify([stableFields, Math.floor(now / dayMs)]));
}

function hashTag(text: string): string {
  return `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
}
