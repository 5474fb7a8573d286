/** Whether `if-none-match` names a tag, by the weak comparison (RFC 9110, 13.1.2); `*` names every one. */
export function isMatched(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const strong = (each: string) => each.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((each) => each.trim() === '*' || strong(each) === strong(tag));
}

/** What tells one state of a file from another. */
export interface Validators {
  /** A strong entity tag, in its quotes. */
  readonly etag: string;
  /** A date as HTTP writes it. */
  readonly lastModified: string;
}

/** Whether a client has the file as it is: by `if-none-match` or, only without one, by `if-modified-since`. */
export function isFresh(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  { etag, lastModified }: Validators,
): boolean {
  if (ifNoneMatch !== undefined) return isMatched(ifNoneMatch, etag);
  // A date that can't be read is NaN, and then nothing is fresh.
  return Date.parse(lastModified) <= Date.parse(ifModifiedSince ?? '');
}

/** Whether `if-range` lets a range be sent: it is absent, or exactly one of the validators (RFC 9110, 13.1.5). */
export function isRangeAllowed(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  return ifRange === undefined || ifRange.trim() === etag || ifRange.trim() === lastModified;
}
