/** Whether `if-none-match` matches a tag, by weak comparison (RFC 9110, 13.1.2). `*` matches every tag. */
export function isMatched(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const toStrong = (value: string) => value.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((value) => value.trim() === '*' || toStrong(value) === toStrong(tag));
}

/** Identifies a version of a file. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** An HTTP date. */
  readonly lastModified: string;
}

/** Whether the client's copy is current, by `if-none-match` or, without that header, by `if-modified-since`. */
export function isFresh(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  { etag, lastModified }: Validators,
): boolean {
  if (ifNoneMatch !== undefined) return isMatched(ifNoneMatch, etag);
  // An invalid date is NaN, which is never fresh.
  return Date.parse(lastModified) <= Date.parse(ifModifiedSince ?? '');
}

/** Whether `if-range` allows a range: it is absent, or equals one of the validators (RFC 9110, 13.1.5). */
export function isRangeAllowed(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  return ifRange === undefined || ifRange.trim() === etag || ifRange.trim() === lastModified;
}
