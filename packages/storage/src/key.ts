/** A segment of a key: no leading dot, which rules out `.`, `..` and the store's own dot files. */
const segmentPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Whether a text can be a segment of a key. */
export const isKeySegment = (text: string) => segmentPattern.test(text);

/** Splits a key into its segments. Throws on a key that could lead out of the store, or to the store's own files. */
export function parseKey(key: string): string[] {
  const segments = key.split('/');
  if (segments.length > 8 || !segments.every(isKeySegment)) {
    throw new TypeError(`not a blob key: ${JSON.stringify(key.slice(0, 200))}`);
  }
  return segments;
}
