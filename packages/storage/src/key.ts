/** One name of a key: no leading dot, so neither `.` and `..` nor the store's own dot files can be named. */
const name = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Whether a key may have this among its names. */
export const isName = (text: string) => name.test(text);

/** The names that a key is made of. Throws on a key that could lead out of the store, or to a file of its own. */
export function keyNames(key: string): string[] {
  const names = key.split('/');
  if (names.length > 8 || !names.every(isName)) {
    throw new TypeError(`not a blob key: ${JSON.stringify(key.slice(0, 200))}`);
  }
  return names;
}
