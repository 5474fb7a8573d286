import { hash } from 'node:crypto';

const dayMilliseconds = 86_400_000;

/**
 * A weak validator (RFC 9110) of an output without its `volatile` fields, which are fresh on every call. Of those
 * only the day counts, so that nobody keeps signed URLs until they no longer work.
 */
export function entityTag(output: object, volatile: readonly string[], now: number): string {
  const lasting: Record<string, unknown> = { ...output };
  let holds = false;
  for (const field of volatile) {
    holds ||= lasting[field] !== null;
    lasting[field] = undefined;
  }
  const day = holds ? Math.floor(now / dayMilliseconds) : null;
  return `W/"${hash('sha256', JSON.stringify([lasting, day]), 'base64url').slice(0, 22)}"`;
}

/** Whether `if-none-match` names a tag, by the weak comparison; `*` names every one. */
export function isMatched(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const strong = (each: string) => each.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((each) => each.trim() === '*' || strong(each) === strong(tag));
}
