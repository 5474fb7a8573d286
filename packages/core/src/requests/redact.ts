/** What follows "received" in a message, where it is quoted. */
const receivedText = /(received )"((?:[^"\\]|\\.)*)"/g;
/** Query and fragment of a URL, which may hold a signature. */
const urlQuery = /(\bhttps?:\/\/[^\s"?#]*)[?#][^\s"]*/gi;
/** One short word, as the values of enumerations are. */
const shortWord = /^[\w-]{1,24}$/;

/**
 * A failure's message as the request log keeps it: without what was quoted of the caller's text, which may be a prompt or a
 * signed URL. Short single words stay: they say which value of an enumeration was misspelt.
 */
export function redactMessage(message: string): string {
  return message
    .replace(receivedText, (all, before: string, text: string) =>
      shortWord.test(text) ? all : `${before}text`,
    )
    .replace(urlQuery, '$1');
}
