const maxLength = 60;
/** Keys are base64url, and secrets base64. */
const secretPattern = /(rsk_)[\w-]+|(whsec_)[\w+/=]+/g;
/** The user name and password of a URL. A password may contain any character, so everything up to the last @ matches. */
const userInfoPattern = /^(\s*[a-z][a-z0-9+.-]*:[\\/]*|\s*[\\/]{2,}).*@/is;

/** Removes API keys and signing secrets from a text, up to their prefix. */
export function redactSecrets(text: string): string {
  return text.replace(secretPattern, '$1$2…');
}

/**
 * Formats a received value for an error message. Strings are quoted, escaped and truncated to 60 characters. The user name
 * and password of a URL, API keys and signing secrets are removed.
 */
export function formatReceived(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    const safeText = redactSecrets(
      value.replace(userInfoPattern, '$1…@').slice(0, 2 * maxLength),
    ).toWellFormed();
    return JSON.stringify(safeText.length > maxLength ? `${safeText.slice(0, maxLength)}…` : safeText);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
